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
#[path = "authoring/fresh.rs"]
mod fresh;
#[path = "authoring/good.rs"]
mod good;
#[path = "authoring/library.rs"]
mod library;
#[path = "authoring/mistakes.rs"]
mod mistakes;
#[path = "authoring/more.rs"]
mod more;
mod support;
#[path = "authoring/watching.rs"]
mod watching;

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

/// What is told of a runbook.
pub(crate) struct Told {
    /// What keeps it from being run: `check`, or `rehearse` if it loads.
    pub(crate) by: &'static str,
    /// What that says, in one piece.
    pub(crate) said: String,
    /// The types that do not fit, which only `check` looks at.
    pub(crate) types: Vec<String>,
}

/// What `check` says, and if the runbook loads, what `rehearse` does.
pub(crate) fn told(home: &Home, more: &[&str]) -> Told {
    let folder = home.path().to_str().expect("a readable path");
    let checked = home.run(&["check", folder]);
    let errors: Vec<&str> =
        checked.stderr.lines().filter(|line| line.starts_with("error[")).collect();
    let types: Vec<String> = errors
        .iter()
        .filter_map(|line| Some(line.strip_prefix("error[M0210]: ")?.to_owned()))
        .collect();
    assert_eq!(checked.code != Some(0), !errors.is_empty(), "{}", checked.stderr);
    if errors.len() > types.len() {
        return Told { by: "check", said: checked.stderr, types };
    }
    let rehearsed = home.run(&[&["rehearse", folder], more].concat());
    Told { by: "rehearse", said: format!("{}{}", rehearsed.stderr, rehearsed.stdout), types }
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what this is for")]
fn every_mistake_is_told() {
    let (mut missed, mut by_types) = (Vec::new(), 0);
    let all = MISTAKES.iter().chain(more::MISTAKES).chain(library::MISTAKES);
    for (name, [top, wave, verify], more, found_by, expected) in all {
        let Told { by, said, types } = told(&home(top, wave, verify), more);
        let is_told = by == *found_by && expected.iter().all(|part| said.contains(part));
        let answer = if is_told { "told" } else { "NOT TOLD" };
        println!("{name:44} {by:9} {answer:9} {}", types.join(" / "));
        by_types += usize::from(by == "rehearse" && !types.is_empty());
        if !is_told {
            missed.push(format!("{name}: by {by}: {said}\n  should say {expected:?}"));
        }
    }
    println!("{by_types} that used to show in a rehearsal only are told by their types");
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
    assert!(by_types >= 20, "only {by_types} are told by their types");
}
