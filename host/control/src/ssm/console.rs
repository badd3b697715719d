//! What the output of a command may be: the agent keeps the first 24,000 bytes of it, lists and the console show the
//! first 2,500 characters, and a command that is killed shows what it had written.
//!
//! So the first line names the execution before anything happens to it, the second says how it ended, what a person
//! has to do comes next, and the last line says once more how it ended. Programs read these lines:
//! `moontide: WORD: EXECUTION MORE`, in which `MORE` is words between single blanks.

use std::fmt;
use std::str::FromStr;

use moontide_runtime::scheduler::ExecutionStatus;

use crate::error::{CommandError, Kind};

/// As many bytes as the agent keeps of stdout.
pub const STDOUT: usize = 24_000;
/// As many bytes as the agent keeps of stderr.
pub const STDERR: usize = 8_000;
/// No line for programs is longer: three of them leave most of what the console shows to people.
const LONGEST_LINE: usize = 200;

/// What every line for programs begins with.
const HEAD: &str = "moontide: ";

/// How an execution stands, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It has begun.
    Started,
    /// It had begun before: this command goes on with it.
    Resuming,
    /// It is completed.
    Completed,
    /// It has failed.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// It waits for a person; with the open prompts.
    Paused,
    /// The process was asked to stop.
    Stopped,
    /// Another runner drives it, or another execution is at work on its plan; with the code of the error.
    Held,
    /// What was asked cannot be done; with the code of the error.
    Refused,
    /// The runner is in trouble, and the execution goes on when that is over; with the code of the error.
    Error,
}

/// Each by its name.
const WORDS: [(Word, &str); 10] = [
    (Word::Started, "started"),
    (Word::Resuming, "resuming"),
    (Word::Completed, "completed"),
    (Word::Failed, "failed"),
    (Word::Cancelled, "cancelled"),
    (Word::Paused, "paused"),
    (Word::Stopped, "stopped"),
    (Word::Held, "held"),
    (Word::Refused, "refused"),
    (Word::Error, "error"),
];

impl Word {
    /// Its name in the line.
    pub fn name(self) -> &'static str {
        WORDS.iter().find(|(word, _)| *word == self).map_or("", |(_, name)| name)
    }

    /// What an execution's status is called, once no runner drives it here.
    pub fn of(status: ExecutionStatus) -> Word {
        match status {
            ExecutionStatus::Completed => Word::Completed,
            ExecutionStatus::Failed => Word::Failed,
            ExecutionStatus::Cancelled => Word::Cancelled,
            ExecutionStatus::Pending
            | ExecutionStatus::Running
            | ExecutionStatus::Paused
            | ExecutionStatus::Waiting => Word::Paused,
        }
    }

    /// What an error is called.
    pub fn of_error(error: &CommandError) -> Word {
        match error.code.kind {
            Kind::Held => Word::Held,
            Kind::Usage | Kind::Refused | Kind::Mismatch => Word::Refused,
            Kind::Failed | Kind::Configuration | Kind::Internal => Word::Error,
        }
    }
}

/// A line that programs read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How it stands.
    pub word: Word,
    /// The execution's id.
    pub execution: String,
    /// More, as the word has it: prompts by their ids, or a code.
    pub more: Vec<String>,
}

impl Line {
    /// A line without more.
    pub fn new(word: Word, execution: impl Into<String>) -> Line {
        Line { word, execution: execution.into(), more: Vec::new() }
    }
}

/// As it is printed. What does not fit is left out, and `…` says so.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = format!("{HEAD}{}: {}", self.word.name(), self.execution);
        for word in self.more.iter().map(|word| escaped(word)) {
            if line.len() + word.len() + 5 > LONGEST_LINE {
                line.push_str(" …");
                break;
            }
            line.push(' ');
            line.push_str(&word);
        }
        f.write_str(&line)
    }
}

impl FromStr for Line {
    type Err = ();

    fn from_str(line: &str) -> Result<Line, ()> {
        let (name, rest) = line.strip_prefix(HEAD).and_then(|it| it.split_once(": ")).ok_or(())?;
        let (word, _) = WORDS.iter().find(|(_, known)| *known == name).ok_or(())?;
        let mut words = rest.split(' ').map(unescaped);
        let execution = words.next().filter(|it| !it.is_empty()).ok_or(())?;
        Ok(Line { word: *word, execution, more: words.filter(|it| it != "…").collect() })
    }
}

/// A word without blanks and line ends, of which `%` and two digits take the place.
fn escaped(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    for character in word.chars() {
        match character {
            '%' => text.push_str("%25"),
            ' ' => text.push_str("%20"),
            other if other.is_control() => text.push('?'),
            other => text.push(other),
        }
    }
    text
}

fn unescaped(word: &str) -> String {
    word.replace("%20", " ").replace("%25", "%")
}

/// The last line for programs in what a command has printed.
pub fn last(stdout: &str) -> Option<Line> {
    stdout.lines().rev().find_map(|line| line.parse().ok())
}

/// The whole of what is printed behind the first line, which is `before` bytes long: `line`, as much of the body as the
/// agent keeps, and `line` again. `more` says where the rest is.
pub fn fitted(before: usize, line: &Line, body: &str, more: &str) -> String {
    let (line, more) = (format!("{line}\n"), format!("… {more}\n"));
    let room = STDOUT.saturating_sub(before + 2 * line.len());
    if body.len() <= room {
        return format!("{line}{body}{line}");
    }
    let mut end = room.saturating_sub(more.len());
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    // Half a line could be taken for a whole one.
    let end = body[..end].rfind('\n').map_or(0, |it| it + 1);
    format!("{line}{}{more}{line}", &body[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_read_back_as_it_was_written() {
        let more = vec!["application".to_owned(), "web#1 100% é".to_owned()];
        let line = Line { more, ..Line::new(Word::Paused, "drill-7") };
        assert_eq!(line.to_string(), "moontide: paused: drill-7 application web#1%20100%25%20é");
        assert_eq!(line.to_string().parse(), Ok(line));
        for (word, name) in WORDS {
            let line = Line::new(word, "x");
            assert_eq!(line.to_string(), format!("moontide: {name}: x"));
            assert_eq!(line.to_string().parse(), Ok(line));
        }
        for other in ["moontide: paused", "moontide: asleep: x", "moontide: paused: ", "paused: x"]
        {
            assert_eq!(other.parse::<Line>(), Err(()), "{other}");
        }
    }

    #[test]
    fn an_endless_list_of_prompts_does_not_make_an_endless_line() {
        let more = (0..100).map(|at| format!("wave-{at}")).collect();
        let line = Line { more, ..Line::new(Word::Paused, "drill") }.to_string();
        assert!(line.len() <= LONGEST_LINE && line.ends_with(" …"), "{line}");
    }

    #[test]
    fn the_last_line_counts_and_what_servers_say_before_it_does_not() {
        let said = "moontide: started: x\nmoontide: completed: y\n|moontide: failed: x\n\
                    moontide: paused: x application\nbye\n";
        assert_eq!(last(said).map(|it| it.word), Some(Word::Paused));
        assert_eq!(last("nothing of ours"), None);
    }

    proptest! {
        #[test]
        fn the_agent_cuts_nothing_and_the_last_line_is_whole(
            body in "(\\PC{0,400}\n){0,120}", before in 0..300_usize,
        ) {
            let line = Line::new(Word::Completed, "drill-7");
            let text = fitted(before, &line, &body, "more: moontide show drill-7");
            prop_assert!(before + text.len() <= STDOUT);
            prop_assert!(text.starts_with("moontide: completed: drill-7\n"));
            prop_assert!(text.ends_with("moontide: completed: drill-7\n"));
            prop_assert!(text.contains("… more: ") || text.contains(&body));
        }
    }
}
