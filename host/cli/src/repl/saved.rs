//! The lines that worked, as a runbook.

use std::fmt::Write;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use moontide_author::lines::{MODULES, path, statement};

/// Writes a runbook of these lines into a new file, which it names.
pub(super) fn write(file: &str, region: &str, lines: &[String]) -> Result<String, String> {
    let path = Path::new(file).with_extension("luau");
    let shown = path.display().to_string();
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("session");
    let letter = |letter: char| match letter {
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
        _ => '-',
    };
    let name: String = stem.chars().map(letter).collect();
    let text = runbook(name.trim_matches('-'), region, lines);
    let made = OpenOptions::new().write(true).create_new(true).open(&path);
    match made.and_then(|mut made| made.write_all(text.as_bytes())) {
        Ok(()) => Ok(shown),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

/// A runbook of one wave, which runs these lines.
pub(super) fn runbook(name: &str, region: &str, lines: &[String]) -> String {
    let mut text = String::from("--!strict\n");
    let used =
        |module: &&&str| **module == "moontide" || lines.iter().any(|line| mentions(line, module));
    for module in MODULES.iter().filter(used) {
        let _ = writeln!(text, "local {module} = require(\"{}\")", path(module));
    }
    let _ = write!(
        text,
        "\nreturn moontide.runbook {{\n\tname = \"{name}\",\n\tdescription = \"What was tried in a session\",\n\
         \tregion = \"{region}\",\n\twaves = {{\n\t\t{{\n\t\t\tname = \"session\",\n\t\t\trun = function()\n"
    );
    for line in lines {
        let line = statement(line);
        // A text of several lines stays as it is.
        let indent = if line.contains("[[") || line.contains("[=") { "" } else { "\t\t\t\t" };
        for part in line.lines() {
            let _ = writeln!(text, "{indent}{part}");
        }
    }
    text.push_str("\t\t\tend,\n\t\t},\n\t},\n}\n");
    text
}

/// Whether a line names a module, and not a field or another word.
fn mentions(line: &str, module: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
    line.match_indices(module).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let behind = line[at + module.len()..].chars().next();
        !before.is_some_and(is_word)
            && behind.is_none_or(|letter| letter == '.' || !is_word(letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_a_runbook() {
        let lines = ["local servers = drs.servers()", "#servers", "moontide.log(\"ec2x\")"];
        let text = runbook("tried", "us-west-2", &lines.map(str::to_owned));
        insta::assert_snapshot!(text, @r#"
        --!strict
        local moontide = require("@moontide")
        local drs = require("@moontide/drs")

        return moontide.runbook {
        	name = "tried",
        	description = "What was tried in a session",
        	region = "us-west-2",
        	waves = {
        		{
        			name = "session",
        			run = function()
        				local servers = drs.servers()
        				local _ = #servers
        				moontide.log("ec2x")
        			end,
        		},
        	},
        }
        "#);
    }
}
