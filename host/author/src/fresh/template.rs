//! The runbook to begin with: two tiers, a check, an approval.

use super::folder::Fresh;

/// Its files, under this name.
pub fn template(name: &str) -> Fresh {
    let named = |text: &str| text.replace("{{name}}", name);
    Fresh {
        runbook: named(include_str!("template/runbook.luau")),
        test: named(include_str!("template/runbook.test.luau")),
        world: named(include_str!("template/world.toml")),
        readme: named(include_str!("template/README.md")),
    }
}
