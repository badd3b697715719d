//! `[limits]`: what a wave's program, and all of an execution together, may use. Each can be set in `moontide.toml`, in the environment
//! (`MOONTIDE_VM_MEMORY`) and on the command line (`--set-limit vm_memory=128MiB`), the later the stronger.
//!
//! They are pinned with an execution: under other limits a replay could take another turn.

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_runtime::plan::{duration, suggest};
use moontide_runtime::sandbox::{Budget, Limits};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// One limit that an operator can set.
pub struct Limit {
    /// Its key in `moontide.toml`.
    pub key: &'static str,
    /// What it is where the operator says nothing.
    pub usual: &'static str,
    /// Its name in the environment.
    pub variable: &'static str,
    /// What it may be.
    range: Range,
    set: fn(&mut Limits, usize),
}

/// What a limit counts, and between which bounds. Sizes are bytes, times are milliseconds.
enum Range {
    Size(usize, usize),
    Time(usize, usize),
    Count(usize, usize),
}

/// All of them.
pub const ALL: [Limit; 10] = [
    Limit {
        key: "vm_memory",
        usual: "64MiB",
        variable: "MOONTIDE_VM_MEMORY",
        range: Range::Size(4 * MIB, 4096 * MIB),
        set: |limits, bytes| limits.memory = bytes,
    },
    Limit {
        key: "cpu_slice",
        usual: "1s",
        variable: "MOONTIDE_CPU_SLICE",
        range: Range::Time(10, 60_000),
        set: cpu_slice,
    },
    Limit {
        key: "effects_per_lane",
        usual: "10000",
        variable: "MOONTIDE_EFFECTS_PER_LANE",
        range: Range::Count(1, 1_000_000),
        set: |limits, count| limits.effects_per_lane = narrow(count),
    },
    Limit {
        key: ENTRY_SIZE,
        usual: "256KiB",
        variable: "MOONTIDE_ENTRY_SIZE",
        range: Range::Size(16 * KIB, 4 * MIB),
        set: entry_size,
    },
    Limit {
        key: "log_lines",
        usual: "10000",
        variable: "MOONTIDE_LOG_LINES",
        range: Range::Count(1, 1_000_000),
        set: |limits, count| limits.lines = narrow(count),
    },
    Limit {
        key: "log_size",
        usual: "1MiB",
        variable: "MOONTIDE_LOG_SIZE",
        range: Range::Size(KIB, 64 * MIB),
        set: |limits, bytes| limits.lines_bytes = bytes,
    },
    Limit {
        key: WAVES_AT_ONCE,
        usual: "32",
        variable: "MOONTIDE_WAVES_AT_ONCE",
        range: Range::Count(1, 10_000),
        set: |limits, count| limits.together.waves = narrow(count),
    },
    Limit {
        key: "execution_memory",
        usual: "512MiB",
        variable: "MOONTIDE_EXECUTION_MEMORY",
        range: Range::Size(16 * MIB, 64 * 1024 * MIB),
        set: |limits, bytes| limits.together.memory = bytes,
    },
    Limit {
        key: "journal_entries",
        usual: "100000",
        variable: "MOONTIDE_JOURNAL_ENTRIES",
        range: Range::Count(100, 10_000_000),
        set: |limits, count| limits.together.entries = count as u64,
    },
    Limit {
        key: "journal_size",
        usual: "64MiB",
        variable: "MOONTIDE_JOURNAL_SIZE",
        range: Range::Size(MIB, 4096 * MIB),
        set: |limits, bytes| limits.together.bytes = bytes as u64,
    },
];

/// The limit that an execution keeps from its start: which waves have begun follows from it.
pub const WAVES_AT_ONCE: &str = "waves_at_once";

/// The limit of what effects are given and come to, which a program can see.
pub const ENTRY_SIZE: &str = "entry_size";

/// Whether a limit is one of all waves together: it holds for what has begun too.
pub fn is_together(key: &str) -> bool {
    ["execution_memory", "journal_entries", "journal_size"].contains(&key)
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Steps are counted too, so that a loop ends at the same turn on every machine: a longer slice allows
/// more of them.
fn cpu_slice(limits: &mut Limits, milliseconds: usize) {
    let usual = Limits::default();
    limits.slice = Duration::from_millis(milliseconds as u64);
    let times = (milliseconds as u64).div_ceil(1000).max(1);
    limits.fuel = usual.fuel * times;
}

/// What one effect may be given. Its outcome, and what a wave returns, keep their proportion to it.
fn entry_size(limits: &mut Limits, bytes: usize) {
    let usual = Limits::default();
    let unit = usual.arguments.bytes;
    let scaled = |budget: Budget| Budget {
        nodes: budget.nodes * bytes / unit,
        bytes: budget.bytes * bytes / unit,
        ..budget
    };
    limits.arguments = scaled(usual.arguments);
    limits.outcome = scaled(usual.outcome);
    limits.result = scaled(usual.result);
}

impl Limit {
    /// The least and the most that it may be.
    pub fn bounds(&self) -> (String, String) {
        let (Range::Size(least, most) | Range::Time(least, most) | Range::Count(least, most)) =
            self.range;
        (self.show(least), self.show(most))
    }

    /// Reads a value, or says what it could be.
    fn read(&self, text: &str) -> Result<usize, String> {
        let (read, least, most, example) = match self.range {
            Range::Size(least, most) => (size(text), least, most, "\"64MiB\" or \"256KiB\""),
            Range::Time(least, most) => (time(text), least, most, "\"1s\" or \"500ms\""),
            Range::Count(least, most) => (text.parse().ok(), least, most, "10000"),
        };
        let key = self.key;
        let value = read.ok_or_else(|| format!("`{key}` is written like {example}"))?;
        if (least..=most).contains(&value) {
            return Ok(value);
        }
        Err(format!("`{key}` lies between {} and {}", self.show(least), self.show(most)))
    }

    fn show(&self, value: usize) -> String {
        match self.range {
            Range::Size(..) if value.is_multiple_of(MIB) => format!("{}MiB", value / MIB),
            Range::Size(..) => format!("{}KiB", value / KIB),
            Range::Time(..) => duration::format(Duration::from_millis(value as u64)),
            Range::Count(..) => value.to_string(),
        }
    }
}

/// Reads a size such as `64MiB`.
fn size(text: &str) -> Option<usize> {
    let units = [("KiB", KIB), ("MiB", MIB), ("GiB", 1024 * MIB)];
    let (number, unit) =
        units.into_iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    number.trim().parse::<usize>().ok()?.checked_mul(unit)
}

fn time(text: &str) -> Option<usize> {
    usize::try_from(duration::parse(text)?.as_millis()).ok()
}

/// Checks one setting, or says what is wrong with it.
pub fn check(key: &str, text: &str) -> Result<(), String> {
    let Some(limit) = ALL.iter().find(|limit| limit.key == key) else {
        let keys = || ALL.iter().map(|limit| limit.key);
        if let Some(nearest) = suggest::nearest(key, keys()) {
            return Err(format!("there is no limit `{key}`, did you mean `{nearest}`?"));
        }
        let all: Vec<&str> = keys().collect();
        return Err(format!("there is no limit `{key}`; there are {}", all.join(", ")));
    };
    limit.read(text).map(drop)
}

/// Whether a value lets scripts use more than another.
pub(super) fn is_looser(key: &str, value: &str, than: &str) -> bool {
    let limit = ALL.iter().find(|limit| limit.key == key);
    let read = |text: &str| limit.and_then(|limit| limit.read(text).ok());
    read(value) > read(than)
}

/// What `--help` says of `--set-limit`.
pub fn help() -> String {
    let named: Vec<String> = ALL.iter().map(|it| format!("{} ({})", it.key, it.usual)).collect();
    format!(
        "Let a wave's program, or a whole execution, use more or less than what is usual; may be given several times: \
         {}. waves_at_once is fixed when an execution starts. The variable of a limit is MOONTIDE_ and its name in capitals",
        named.join(", ")
    )
}

/// What to let scripts use where they have met a limit, as `NAME=VALUE`: twice as much as `now` says, which
/// names limits that are not the usual ones. `None` where there is no such limit, or it is at its bound.
pub fn raised(key: &str, now: &BTreeMap<String, String>) -> Option<String> {
    let limit = ALL.iter().find(|limit| limit.key == key)?;
    let read = |text: &String| limit.read(text).ok();
    let current = now.get(key).and_then(read).or_else(|| limit.read(limit.usual).ok())?;
    let (Range::Size(_, most) | Range::Time(_, most) | Range::Count(_, most)) = limit.range;
    let more = current.saturating_mul(2).min(most);
    (more > current).then(|| format!("{key}={}", limit.show(more)))
}

/// Reads `KEY=VALUE`; for clap.
pub fn parse(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| "a limit is written like `vm_memory=128MiB`".to_owned())?;
    check(key, value)?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The limits that these settings make; what they do not name is as usual. Settings of another release
/// that mean nothing here are left out.
pub fn of(given: &BTreeMap<String, String>) -> Limits {
    let mut limits = Limits::default();
    for limit in &ALL {
        if let Some(value) = given.get(limit.key).and_then(|text| limit.read(text).ok()) {
            (limit.set)(&mut limits, value);
        }
    }
    limits
}

#[cfg(test)]
mod tests {
    use moontide_runtime::sandbox::Together;

    use super::*;

    fn limits(given: &[(&str, &str)]) -> Limits {
        of(&given.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn nothing_set_is_as_usual_and_so_are_the_usual_values() {
        let usual = ALL.each_ref().map(|limit| (limit.key, limit.usual));
        assert_eq!(limits(&[]), Limits::default());
        assert_eq!(limits(&usual), Limits::default());
    }

    #[test]
    fn each_limit_is_set() {
        assert_eq!(limits(&[("vm_memory", "128MiB")]).memory, 128 * MIB);
        let slice = limits(&[("cpu_slice", "2500ms")]);
        assert_eq!((slice.slice, slice.fuel), (Duration::from_millis(2500), 600_000_000));
        assert_eq!(limits(&[("effects_per_lane", "7")]).effects_per_lane, 7);
        let large = limits(&[("entry_size", "1MiB")]);
        assert_eq!((large.arguments.bytes, large.arguments.nodes), (MIB, 80_000));
        assert_eq!((large.outcome.bytes, large.result.bytes), (16 * MIB, 4 * MIB));
        assert_eq!(limits(&[("log_lines", "3")]).lines, 3);
        assert_eq!(limits(&[("log_size", "8KiB")]).lines_bytes, 8 * KIB);
        let together = limits(&[
            ("waves_at_once", "3"),
            ("execution_memory", "1GiB"),
            ("journal_entries", "500"),
            ("journal_size", "2MiB"),
        ]);
        let Together { memory, waves, entries, bytes } = together.together;
        assert_eq!((memory, waves, entries, bytes), (1024 * MIB, 3, 500, 2 << 20));
    }

    #[test]
    fn a_limit_that_was_met_is_doubled_up_to_its_bound_and_can_be_typed() {
        let set = |text: &str| [("vm_memory".to_owned(), text.to_owned())].into();
        let met = "vm_memory";
        assert_eq!(raised(met, &BTreeMap::new()).as_deref(), Some("vm_memory=128MiB"));
        let more = raised(met, &set("1GiB")).expect("there is more");
        assert_eq!(more, "vm_memory=2048MiB");
        assert!(parse(&more).is_ok());
        assert_eq!(raised(met, &set("4GiB")), None);
        assert_eq!(raised("rm -rf /", &BTreeMap::new()), None);
        for limit in &ALL {
            assert!(
                parse(&raised(limit.key, &BTreeMap::new()).expect("there is more")).is_ok(),
                "{}",
                limit.key
            );
            assert!(help().contains(limit.key));
        }
    }

    #[test]
    fn what_cannot_be_a_limit_is_refused_by_its_name() {
        let refusal = |text: &str| parse(text).expect_err("must be refused");
        assert_eq!(refusal("vm_memory=64"), "`vm_memory` is written like \"64MiB\" or \"256KiB\"");
        assert_eq!(refusal("vm_memory=1KiB"), "`vm_memory` lies between 4MiB and 4096MiB");
        assert_eq!(refusal("vm_memory=99999999999999999GiB"), refusal("vm_memory=64"));
        assert_eq!(refusal("cpu_slice=1h"), "`cpu_slice` lies between 10ms and 1m");
        assert_eq!(refusal("effects_per_lane=0"), "`effects_per_lane` lies between 1 and 1000000");
        assert_eq!(refusal("log_lines=-1"), "`log_lines` is written like 10000");
        assert_eq!(
            refusal("vm_memroy=64MiB"),
            "there is no limit `vm_memroy`, did you mean `vm_memory`?"
        );
    }
}
