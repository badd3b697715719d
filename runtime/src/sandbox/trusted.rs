//! The Luau that runs before any script: what it does stands at the head of each file.

/// The trusted code, in the order in which it runs.
pub(super) const TRUSTED: [(&str, &str); 7] = [
    ("errors", include_str!("luau/errors.luau")),
    ("values", include_str!("luau/values.luau")),
    ("answers", include_str!("luau/answers.luau")),
    ("bounds", include_str!("luau/bounds.luau")),
    ("lines", include_str!("luau/lines.luau")),
    ("host", include_str!("luau/host.luau")),
    ("require", include_str!("luau/require.luau")),
];

/// Where the checked iterator, which every loop of a script goes through, waits for its modules.
pub(super) const EACH: &str = "each";
