//! What is told of runbooks in which something is wrong: what `check` says of it, or `rehearse` where it can only show
//! then. A table with a line for each mistake.
//!
//! ```sh
//! cargo test -p moontide --test authoring -- --nocapture
//! ```

#[path = "authoring/assumed.rs"]
mod assumed;
#[path = "authoring/examples.rs"]
mod examples;
#[path = "authoring/good.rs"]
mod good;
#[path = "authoring/library.rs"]
mod library;
#[path = "authoring/mistakes.rs"]
mod mistakes;
#[path = "authoring/more.rs"]
mod more;
mod support;

use std::fs;

use crate::mistakes::MISTAKES;
use support::Home;

/// The runbook with `VERIFY` in its first wave's check, `WAVE` among that wave's fields, `TOP` before it.
const RUNBOOK: &str = r#"--!strict
local moontide = require("@moontide")
local ssm = require("@moontide/ssm")
TOP
return moontide.runbook {
	name = "mini",
	region = "eu-west-1",
	params = { environment = { type = "string", default = "test" } },
	outside = { documents = { "Shop-Cutover" } },
	waves = {
		{
			name = "db",
			servers = { tags = { Tier = "db" } },
			WAVE
			verify = function(wave)
				VERIFY
			end,
		},
		{ name = "web", depends_on = { "db" }, pause = "Is the data good?", run = function() end },
	},
}
"#;

pub(crate) const WORLD: &str = r#"version = 1
account = "111122223333"
region = "eu-west-1"
[[servers]]
name = "db-{n}"
count = 2
tags = { Tier = "db" }
[[servers]]
name = "web"
tags = { Tier = "web" }
[[commands]]
contains = "pg_ready"
exit_code = 1
[[automations]]
document = "Shop-CutOver"
[[faults]]
kind = "launch_fails"
server = "web"
"#;

/// A home with this runbook.
pub(crate) fn home(top: &str, wave: &str, verify: &str) -> Home {
    let home = Home::new();
    let source = RUNBOOK.replace("TOP", top).replace("WAVE", wave).replace("VERIFY", verify);
    for (name, text) in [("runbook.luau", source.as_str()), ("world.toml", WORLD)] {
        fs::write(home.path().join(name), text).expect("it writes");
    }
    home
}

/// What `check` says, and if it says nothing wrong, what `rehearse` does; in one piece.
pub(crate) fn said(home: &Home, more: &[&str]) -> (&'static str, String) {
    let folder = home.path().to_str().expect("a readable path");
    let checked = home.run(&["check", folder]);
    if checked.code != Some(0) {
        return ("check", checked.stderr);
    }
    let rehearsed = home.run(&[&["rehearse", folder], more].concat());
    ("rehearse", format!("{}{}", rehearsed.stderr, rehearsed.stdout))
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what this is for")]
fn every_mistake_is_told() {
    let mut missed = Vec::new();
    let all = MISTAKES.iter().chain(more::MISTAKES).chain(library::MISTAKES);
    for (name, [top, wave, verify], more, found_by, expected) in all {
        let (by, said) = said(&home(top, wave, verify), more);
        let is_told = by == *found_by && expected.iter().all(|part| said.contains(part));
        println!("{name:36} {by:9} {}", if is_told { "told" } else { "NOT TOLD" });
        if !is_told {
            missed.push(format!("{name}: by {by}: {said}\n  should say {expected:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}
