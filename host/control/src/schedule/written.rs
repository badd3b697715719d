//! `schedules.toml`: strict, and only what works.
//!
//! ```toml
//! [[schedules]]
//! name = "quarterly-shop"       # letters, digits, `-`, `_`, `.`; at most 48
//! runbook = "three_tier"        # beside this file
//! kind = "drill"                # or "rehearsal", which needs no AWS; or "report"
//! when = "cron(30 2 ? JAN,APR,JUL,OCT SAT#1 *)"   # or "rate(7 days)", or "at(2027-01-16T02:30:00)"
//! zone = "Europe/Berlin"        # default UTC
//! start = 2027-01-01T00:00:00Z  # not before, and a rate is counted from here; default: when it is imported
//! not_on = ["2026-12-24..2027-01-06", "freeze.ics"]   # days on which it does not run
//! within = "15m"                # starts are spread over so long, each time at its place, alike on all machines
//! late = "1h"                   # what was missed is made up for so long, once; else it is recorded as missed
//! overlap = "skip"              # or "queue": one waits for the end of the one before
//! answers = "fail"              # a pause when no person is there: "fail", "wait", or { database = "continue" }
//! cleanup = "always"            # or "completed", or "never"
//! cleanup_after = "2h"          # how long after the end; default at once
//! pause_after = 3               # held after so many failures, one after another; 0: never
//! params = { environment = "staging" }   # a secret one as "env:NAME" or "file:PATH"
//! only = ["database"]           # these waves, and no other
//! exclude = ["s-0123456789abcdef0"]      # not these servers
//! reason = "quarterly drill, control A.17"
//! labels = { team = "payments" }
//! world = "world.toml"          # of a rehearsal; default the one beside the runbook
//! to = "/var/lib/moontide/reports"   # of a report: the folder of its files, on each machine that makes one
//! overdue_after = "92d"         # of a report: it fails where the last completed drill is longer ago; default 365d
//! region = "us-west-2"          # where the runbook names none
//! profile = "drills"            # of the AWS configuration files
//! ```

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use toml::Spanned;

use super::blocked::Blocked;
use super::declared::{Answers, Cleanup, Kind, Overlap, Schedule};
use super::ics;
use super::length::Length;
use super::progress::MOST_STARTS;
use super::when::When;
use super::zone::Zone;
use crate::error::{CommandError, Place, Result, code};
use crate::files;
use crate::settings::sentence;

/// This file, whose head shows all that a file of schedules may say: the reference is made of it.
pub const REFERENCE: &str = include_str!("written.rs");

/// No file of schedules, and no calendar, is longer.
const LONGEST: u64 = 1024 * 1024;
/// What every file of schedules has in it.
const KEYS: [&str; 3] = ["schedules", "name", "when"];
/// Ids of executions hold the name, the kind and the time.
const LONGEST_NAME: usize = 48;
/// A time that could be made up for shorter than this would be missed beside a process that serves.
const SHORTEST_LATE: Duration = Duration::from_mins(1);
/// Missed times are made up for so long, if nothing else is said.
const LATE: &str = "1h";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    schedules: Vec<Spanned<Written>>,
}

/// A schedule as its author writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Spanned<String>,
    runbook: String,
    #[serde(default)]
    kind: Kind,
    mode: Option<Spanned<String>>,
    when: Spanned<When>,
    #[serde(default)]
    zone: Zone,
    start: Option<Spanned<toml::value::Datetime>>,
    #[serde(default)]
    not_on: Vec<Spanned<String>>,
    #[serde(default)]
    within: Length,
    late: Option<Length>,
    #[serde(default)]
    overlap: Overlap,
    #[serde(default)]
    answers: Answers,
    cleanup: Option<Cleanup>,
    #[serde(default)]
    cleanup_after: Length,
    pause_after: Option<u32>,
    #[serde(default)]
    params: BTreeMap<String, toml::Value>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    world: Option<String>,
    to: Option<Spanned<String>>,
    overdue_after: Option<Length>,
    region: Option<String>,
    profile: Option<String>,
}

/// A schedule of a file, before its runbook was looked at.
#[derive(Clone, Debug)]
pub struct Read {
    /// The schedule.
    pub schedule: Schedule,
    /// Its runbook.
    pub runbook: PathBuf,
    /// The world of a rehearsal; `None`: the one beside the runbook.
    pub world: Option<PathBuf>,
    /// Where it stands in its file.
    pub place: Place,
    /// Whether its file says from when on it counts.
    pub has_start: bool,
}

/// Reads a file of schedules, at this time.
pub fn read(path: &Path, now: Timestamp) -> Result<Vec<Read>> {
    let name = path.display().to_string();
    let text = files::read(path, LONGEST).map_err(|why| {
        CommandError::new(code::SCHEDULES, format!("{name} cannot be read: {why}"))
    })?;
    let folder = path.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."));
    parse(&text, &name, folder, now)
}

/// Reads its text; what it names lies in this folder.
pub fn parse(text: &str, name: &str, folder: &Path, now: Timestamp) -> Result<Vec<Read>> {
    let place = |offset: usize| {
        let line = text[..offset.min(text.len())].matches('\n').count() + 1;
        // Of a file that is none of schedules nothing is shown: it may hold anything.
        let shown = if files::is_of_kind(text, &KEYS) { text } else { "" };
        Place::in_source(name, line, shown)
    };
    let complain = |message: String, offset: usize| {
        CommandError::new(code::SCHEDULES, message).at(place(offset))
    };
    let file: File = toml::from_str(text).map_err(|error| {
        complain(sentence(error.message()), error.span().map_or(0, |span| span.start))
    })?;
    if file.schedules.is_empty() {
        let message = "it has no schedule: each begins with `[[schedules]]`";
        return Err(complain(message.to_owned(), 0));
    }
    let mut all: Vec<Read> = Vec::new();
    for written in file.schedules {
        let start = written.span().start;
        let named = written.get_ref().name.span().start;
        let mut read = written
            .into_inner()
            .read(folder, now)
            .map_err(|(message, offset)| complain(message, offset.unwrap_or(start)))?;
        read.place = place(start);
        if all.iter().any(|it| it.schedule.name == read.schedule.name) {
            let message = format!("`{}` is there twice", read.schedule.name);
            return Err(complain(message, named));
        }
        all.push(read);
    }
    Ok(all)
}

/// A complaint, and where in the file it is, if not at the schedule.
type Wrong = (String, Option<usize>);

impl Written {
    fn read(self, folder: &Path, now: Timestamp) -> Result<Read, Wrong> {
        let name = check_name(&self.name)?;
        if let Some(mode) = &self.mode {
            check_mode(mode)?;
        }
        let start = self.start.as_ref().map(start).transpose()?;
        if self.cleanup.is_some() && self.kind != Kind::Drill {
            let message = format!("`cleanup`: a {} launches nothing", self.kind.word());
            return Err((message, None));
        }
        if self.kind != Kind::Drill && !(self.only.is_empty() && self.exclude.is_empty()) {
            let message =
                format!("`only` and `exclude` are those of a drill, not of a {}", self.kind.word());
            return Err((message, None));
        }
        if self.world.is_some() && self.kind != Kind::Rehearsal {
            return Err(("`world` is that of a rehearsal".to_owned(), None));
        }
        let pause_after = self.pause_after.unwrap_or(3);
        if pause_after as usize > MOST_STARTS {
            let message =
                format!("`pause_after` is {MOST_STARTS} at most: so many starts are remembered");
            return Err((message, None));
        }
        let to = self.to.as_ref().map(folder_of_reports).transpose()?;
        if self.kind != Kind::Report && (to.is_some() || self.overdue_after.is_some()) {
            return Err(("`to` and `overdue_after` are those of a report".to_owned(), None));
        }
        let mut not_on = Vec::new();
        for days in &self.not_on {
            let this_year = now.to_zoned(self.zone.0.clone()).year();
            let found = blocked(folder, days.get_ref(), (&self.zone, this_year));
            not_on.extend(found.map_err(|message| (message, Some(days.span().start)))?);
        }
        let params = self.params.iter().map(|(name, value)| (name.clone(), text(value)));
        let late = self.late.map_or_else(|| Length::try_from(LATE.to_owned()), Ok);
        let late = late.map_err(|message| (message, None))?;
        if late.0 < SHORTEST_LATE {
            let message =
                "`late` is 1m at least: what starts times looks for them every few seconds";
            return Err((message.to_owned(), None));
        }
        let counts_from = start.unwrap_or_else(|| self.when.get_ref().start(now));
        let schedule = Schedule {
            name,
            kind: self.kind,
            runbook: self.runbook.clone(),
            when: self.when.into_inner(),
            zone: self.zone,
            start: counts_from,
            not_on,
            within: self.within,
            late,
            overlap: self.overlap,
            answers: self.answers,
            cleanup: self.cleanup.unwrap_or_default(),
            cleanup_after: self.cleanup_after,
            pause_after,
            params: params.collect(),
            only: self.only,
            exclude: self.exclude,
            reason: self.reason,
            labels: self.labels,
            to,
            overdue_after: self.overdue_after,
            region: self.region,
            profile: self.profile,
        };
        let world = self.world.map(|world| folder.join(world));
        let (runbook, has_start) = (folder.join(&self.runbook), start.is_some());
        let place = Place::in_source("", 1, "");
        Ok(Read { schedule, runbook, world, place, has_start })
    }
}

fn check_name(name: &Spanned<String>) -> Result<String, Wrong> {
    let text = name.get_ref();
    let fits = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    let is_begun = text.starts_with(|it: char| it.is_ascii_alphanumeric());
    if is_begun && text.len() <= LONGEST_NAME && text.chars().all(fits) {
        return Ok(text.clone());
    }
    let message = format!(
        "`{text}` cannot be the name of a schedule: it begins with a letter or a digit, has letters, digits, `-`, `_`, \
         `.`, and at most {LONGEST_NAME} of them"
    );
    Err((message, Some(name.span().start)))
}

/// The folder of reports. Each machine that makes one has its own, so it says all of its way.
fn folder_of_reports(to: &Spanned<String>) -> Result<String, Wrong> {
    let (text, path) = (to.get_ref(), Path::new(to.get_ref()));
    let wrong = |why: &str| Err((format!("`to = \"{text}\"`: {why}"), Some(to.span().start)));
    if !path.is_absolute() || path.components().any(|it| it == Component::ParentDir) {
        return wrong("a folder of reports is named from the root on, without `..`");
    }
    if path.exists() && !path.is_dir() {
        return wrong("it is there, and is no folder");
    }
    Ok(text.clone())
}

fn check_mode(mode: &Spanned<String>) -> Result<(), Wrong> {
    let message = match mode.get_ref().as_str() {
        "drill" => return Ok(()),
        "recovery" => {
            "a recovery is never scheduled: a person starts it, with `moontide run`".to_owned()
        }
        other => format!("`mode = \"{other}\"`: only \"drill\" can be scheduled"),
    };
    Err((message, Some(mode.span().start)))
}

/// The moment of a date and time with an offset.
fn start(written: &Spanned<toml::value::Datetime>) -> Result<Timestamp, Wrong> {
    let text = written.get_ref().to_string();
    let whole = |at: Timestamp| Timestamp::from_second(at.as_second()).ok();
    text.parse().ok().and_then(whole).ok_or_else(|| {
        let message = format!("`start = {text}` is written `2027-01-01T00:00:00Z`");
        (message, Some(written.span().start))
    })
}

fn blocked(
    folder: &Path,
    days: &str,
    (zone, this_year): (&Zone, i16),
) -> Result<Vec<Blocked>, String> {
    let is_calendar = Path::new(days).extension().is_some_and(|it| it.eq_ignore_ascii_case("ics"));
    if !is_calendar {
        return Blocked::read(days).map(|days| vec![days]);
    }
    let text = files::read(&folder.join(days), LONGEST)
        .map_err(|why| format!("the calendar {days} cannot be read: {why}"))?;
    ics::read(&text, &zone.0, this_year).map_err(|why| format!("the calendar {days}: {why}"))
}

/// A value of a param as the command line would write it.
fn text(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(_) | toml::Value::Table(_) => {
            serde_json::to_string(value).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "[[schedules]]\nname = \"shop\"\nrunbook = \"shop\"\nwhen = \"rate(1 day)\"\n";

    fn parsed(text: &str) -> Result<Vec<Read>> {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        parse(text, "schedules.toml", Path::new("."), now)
    }

    fn refusal(more: &str) -> String {
        let error = parsed(&format!("{HEAD}{more}")).expect_err("must be refused");
        format!("{}: {}", error.places[0].position(), error.message)
    }

    #[test]
    fn the_example_of_the_reference_is_read_as_it_stands() {
        let example = REFERENCE.split("```").nth(1).unwrap().trim_start_matches("toml");
        let lines = example.lines().map(|line| line.trim_start_matches("//!").trim_start());
        let others = ["world", "to ", "overdue_after"];
        let text: Vec<&str> =
            lines.filter(|line| !others.iter().any(|it| line.starts_with(it))).collect();
        let text = text.join("\n").replace(", \"freeze.ics\"", "");
        let read = parsed(&text).unwrap().remove(0);
        let Schedule { name, zone, within, pause_after, not_on, params, .. } = read.schedule;
        assert_eq!(
            (name.as_str(), zone.name(), pause_after),
            ("quarterly-shop", "Europe/Berlin", 3)
        );
        assert_eq!((within.to_string().as_str(), not_on.len()), ("15m", 1));
        assert_eq!(params["environment"], "staging");
    }

    #[test]
    fn what_is_not_said_is_cautious() {
        let read = parsed(HEAD).unwrap().remove(0).schedule;
        assert_eq!((read.zone.name(), read.late.to_string().as_str()), ("UTC", "1h"));
        assert_eq!(
            (read.overlap, read.answers, read.cleanup),
            (Overlap::Skip, Answers::Fail, Cleanup::Always)
        );
        assert_eq!(
            (read.kind, read.start.as_second()),
            (Kind::Drill, 1_800_086_400),
            "an import starts nothing"
        );
    }

    #[test]
    fn a_mistake_is_said_at_its_line_with_what_was_meant() {
        let all = [
            "whithin = \"15m\"\n",
            "overlap = \"skp\"\n",
            "answers = \"never\"\n",
            "zone = \"Europe/Berln\"\n",
            "within = \"soon\"\n",
            "mode = \"recovery\"\n",
            "mode = \"dril\"\n",
            "not_on = [\"2026-12-24..2026-12-01\"]\n",
            "not_on = [\"Christmas\"]\n",
            "not_on = [\"missing.ics\"]\n",
            "kind = \"rehearsal\"\ncleanup = \"always\"\n",
            "start = 2027-01-01\n",
            "to = \"/srv/reports\"\n",
            "kind = \"report\"\nto = \"reports\"\n",
            "kind = \"report\"\nto = \"/srv/../etc\"\n",
            "kind = \"report\"\nto = \"/dev/null\"\n",
            "kind = \"report\"\noverdue_after = \"soon\"\n",
            "[[schedules]]\nname = \"shop\"\nrunbook = \"x\"\nwhen = \"rate(1 day)\"\n",
            "[[schedules]]\nname = \"a b\"\nrunbook = \"x\"\nwhen = \"rate(1 day)\"\n",
            "[[schedules]]\nname = \"b\"\nrunbook = \"x\"\nwhen = \"cron(0 24 * * ? *)\"\n",
            "[[schedules]]\nname = \"b\"\nrunbook = \"x\"\n",
        ];
        insta::assert_snapshot!(all.map(refusal).join("\n"), @r#"
        schedules.toml:5:1: unknown field `whithin`, did you mean `within`?
        schedules.toml:5:1: unknown variant `skp`, did you mean `skip`?
        schedules.toml:5:1: `answers` is "fail", "wait", or answers by their prompts: { database = "continue" }
        schedules.toml:5:1: there is no time zone `Europe/Berln`, did you mean `Europe/Berlin`?
        schedules.toml:5:1: `soon` is no length of time: it is written like "15m" or "2h30m"
        schedules.toml:5:1: a recovery is never scheduled: a person starts it, with `moontide run`
        schedules.toml:5:1: `mode = "dril"`: only "drill" can be scheduled
        schedules.toml:5:1: `2026-12-24..2026-12-01` runs backwards
        schedules.toml:5:1: `Christmas` is no day: days are written `2026-12-24..2027-01-06`, or a file ends in .ics
        schedules.toml:5:1: the calendar missing.ics cannot be read: it does not exist
        schedules.toml:1:1: `cleanup`: a rehearsal launches nothing
        schedules.toml:5:1: `start = 2027-01-01` is written `2027-01-01T00:00:00Z`
        schedules.toml:1:1: `to` and `overdue_after` are those of a report
        schedules.toml:6:1: `to = "reports"`: a folder of reports is named from the root on, without `..`
        schedules.toml:6:1: `to = "/srv/../etc"`: a folder of reports is named from the root on, without `..`
        schedules.toml:6:1: `to = "/dev/null"`: it is there, and is no folder
        schedules.toml:6:1: `soon` is no length of time: it is written like "15m" or "2h30m"
        schedules.toml:6:1: `shop` is there twice
        schedules.toml:6:1: `a b` cannot be the name of a schedule: it begins with a letter or a digit, has letters, digits, `-`, `_`, `.`, and at most 48 of them
        schedules.toml:8:1: the field `hour`: 24 is not from 0 to 23; midnight is 0
        schedules.toml:5:1: missing field `when`
        "#);
        assert!(parsed("").is_err() && parsed("[schedule]\n").is_err());
    }
}
