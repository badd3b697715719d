//! Luau's fast flags. They are set once per process, before its first VM.
//!
//! Stock Luau 0.740 corrupts memory on `local d = {}; d[-2^31] = 1; table.move({1}, 1, 2^31 - 1, 1, d)`
//! (Luau issue 2970; `tests/hostile/luau_issue_2970.luau`). The fixes are in the sources, behind flags
//! that are off by default. These four were tested together. "All flags" is not an option: some of
//! them make mlua panic at start. Look again at every upgrade of mlua.

use std::sync::OnceLock;

use mlua::Lua;

/// The flags, each of which must exist.
const FLAGS: [&str; 4] = [
    "LuauTableArrayAdjustCheck",
    "LuauTableMoveTimeoutFix",
    "LuauTableRobustOom",
    "LuauOptimizeStringSplit",
];

/// Sets the flags, or names the first that this Luau does not know.
pub(super) fn set() -> Result<(), &'static str> {
    static SET: OnceLock<Result<(), &'static str>> = OnceLock::new();
    *SET.get_or_init(|| {
        FLAGS.iter().try_for_each(|flag| Lua::set_fflag(flag, true).map_err(|()| *flag))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_luau_knows_every_flag() {
        assert_eq!(super::set(), Ok(()));
    }
}
