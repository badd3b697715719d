//! What begins with a colon, and is for the desk and not for Luau.

use moontide_runtime::plan::suggest;

/// A command of the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// What commands there are.
    Help,
    /// The reference of a name.
    Doc(String),
    /// The type of an expression.
    Type(String),
    /// Whether lines may change anything; with the last digits of the account, where no person is asked.
    Write {
        /// Whether they may.
        on: bool,
        /// Digits, as they are typed.
        digits: Option<String>,
    },
    /// A line of Luau that stands behind a short word.
    Line(&'static str),
    /// More of the last list.
    More,
    /// What this session has journaled.
    Journal,
    /// Whether the time of each line is shown.
    Time,
    /// The lines that worked, as a runbook in this file.
    Save(String),
    /// The lines of this file.
    Load(String),
    /// Another session, in the world of this file, or in AWS.
    World(String),
    /// The limits of scripts.
    Limits,
    /// The end.
    Quit,
}

/// The commands, what follows them, and what they do.
pub(super) const ALL: [(&str, &str, &str); 14] = [
    (":help", "", "these commands"),
    (":doc", "NAME", "the reference of a function, a field or a chapter: `:doc ssm.run_command`"),
    (":type", "EXPRESSION", "what type it has: `:type drs.source_servers()`"),
    (":servers", "", "the source servers: `drs.source_servers()`"),
    (":jobs", "", "the last jobs of DRS: `drs.describe_jobs().items`"),
    (
        ":write",
        "drill|off",
        "lets lines launch drills, and change what those have made, each after a question",
    ),
    (":more", "", "more of the last list"),
    (":journal", "", "what this session has done, as its journal says"),
    (":time", "", "shows how long each line takes, or no longer"),
    (":save", "FILE", "writes the lines that worked as a runbook"),
    (":load", "FILE", "runs a file, as if it were one line"),
    (":world", "FILE|aws", "ends this session and begins one in that world"),
    (":limits", "", "what a line may use"),
    (":quit", "", "ends the session; Ctrl-D does as well"),
];

impl Command {
    /// Reads a line that begins with a colon.
    pub(super) fn read(line: &str) -> Result<Command, String> {
        let (word, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        let rest = rest.trim();
        let given = |what: &str| {
            if rest.is_empty() {
                Err(format!("`{word}` takes {what}"))
            } else {
                Ok(rest.to_owned())
            }
        };
        Ok(match word {
            ":help" | ":h" | ":?" => Command::Help,
            ":doc" => Command::Doc(given("a name, such as `ssm.run_command` or `wave`")?),
            ":type" | ":t" => {
                Command::Type(given("an expression, such as `drs.source_servers()`")?)
            }
            ":servers" => Command::Line("drs.source_servers()"),
            ":jobs" => Command::Line("drs.describe_jobs().items"),
            ":write" => write(rest)?,
            ":more" => Command::More,
            ":journal" => Command::Journal,
            ":time" => Command::Time,
            ":save" => Command::Save(given("the file to write, such as `drill.luau`")?),
            ":load" => Command::Load(given("a file with lines of Luau")?),
            ":world" => Command::World(given("a world file, or `aws`")?),
            ":limits" => Command::Limits,
            ":quit" | ":q" | ":exit" => Command::Quit,
            other => return Err(unknown(other)),
        })
    }
}

fn write(rest: &str) -> Result<Command, String> {
    let (mode, digits) = rest.split_once(' ').unwrap_or((rest, ""));
    let digits = Some(digits.trim().to_owned()).filter(|digits| !digits.is_empty());
    match mode {
        "drill" => Ok(Command::Write { on: true, digits }),
        "off" => Ok(Command::Write { on: false, digits: None }),
        "recovery" => Err("a session launches no recovery: `moontide run --mode recovery` does, \
                           with a runbook that others can read"
            .to_owned()),
        _ => Err("`:write` takes `drill` or `off`".to_owned()),
    }
}

fn unknown(word: &str) -> String {
    let names = ALL.iter().map(|(name, _, _)| *name);
    match suggest::nearest(word, names) {
        Some(near) => format!("there is no `{word}`, did you mean `{near}`?"),
        None => format!("there is no `{word}`: `:help` shows what there is"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_the_help_is_read_and_a_slip_is_told() {
        for (name, takes, _) in ALL {
            let given = takes.split('|').next().unwrap_or_default();
            let read = Command::read(&format!("{name} {given}"));
            assert!(read.is_ok(), "{name} {given}: {read:?}");
        }
        assert!(Command::read(":servres").is_err_and(|why| why.contains("`:servers`")));
        assert!(Command::read(":write recovery").is_err_and(|why| why.contains("no recovery")));
        assert!(Command::read(":write").is_err() && Command::read(":save").is_err());
        let digits = Command::read(":write drill 4567");
        assert_eq!(digits, Ok(Command::Write { on: true, digits: Some("4567".to_owned()) }));
    }
}
