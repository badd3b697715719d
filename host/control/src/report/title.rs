//! The title of a report, and the result in a sentence.

use std::time::Duration;

use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;

use super::identity::{Identity, World};
use super::known::Known;
use super::recovery::{END, Recovery};
use super::servers::Server;
use crate::words;

/// `DRILL of three-tier: completed`.
pub(super) fn title(identity: &Identity, status: ExecutionStatus) -> String {
    let kind = match (identity.mode, identity.world) {
        (Mode::Drill, World::Aws) => "DRILL",
        (Mode::Recovery, World::Aws) => "RECOVERY",
        (Mode::Drill, World::Simulator) => "DRILL AGAINST A SIMULATOR",
        (Mode::Recovery, World::Simulator) => "RECOVERY AGAINST A SIMULATOR",
        (Mode::Drill, World::Rehearsal) => "REHEARSAL OF A DRILL",
        (Mode::Recovery, World::Rehearsal) => "REHEARSAL OF A RECOVERY",
    };
    format!("{kind} of {}: {}", identity.runbook, words::word(&status))
}

/// `The drill completed in 31m 02s, within the RTO of 1h 00m; 7 of 8 servers came up; …`
pub(super) fn result(
    status: ExecutionStatus,
    identity: &Identity,
    recovery: &Recovery,
    servers: &[Server],
) -> String {
    let what = match identity.mode {
        Mode::Drill => "drill",
        Mode::Recovery => "recovery",
    };
    let head = match (status, recovery.took_seconds.value()) {
        (ExecutionStatus::Completed, Some(took)) => {
            let until = if recovery.until_is == END {
                String::new()
            } else {
                format!(", and {} came", recovery.until_is)
            };
            format!("The {what} completed{until} in {}", length(*took))
        }
        (ExecutionStatus::Completed, None) => format!("The {what} completed"),
        (ExecutionStatus::Failed, Some(took)) if recovery.until_is == END => {
            format!("The {what} failed after {}", length(*took))
        }
        // When a part of it was there is not when it failed.
        (ExecutionStatus::Failed, Some(took)) => {
            format!("The {what} failed; {} came after {}", recovery.until_is, length(*took))
        }
        (ExecutionStatus::Failed, None) => format!("The {what} failed"),
        (ExecutionStatus::Cancelled, _) => format!("The {what} was cancelled"),
        (other, _) => format!("The {what} is not over: it is {}", words::word(&other)),
    };
    let rto =
        verdict(&recovery.rto_met, &recovery.rto_seconds, recovery.rto_missed_by_seconds, "RTO");
    let up = servers.iter().filter(|it| it.verdict == "launched").count();
    let came = match servers.len() {
        0 => "no server has a verdict".to_owned(),
        all => format!("{up} of {} came up", words::count(all, "server")),
    };
    let data = recovery.oldest.value().and_then(|oldest| {
        let age = length(oldest.seconds?);
        let met = verdict(
            &recovery.rpo_met,
            &recovery.rpo_seconds,
            recovery.rpo_missed_by_seconds,
            "RPO",
        );
        Some(format!("; the oldest data, of {}, was {age} old{met}", oldest.name))
    });
    let (completed, waves) = (recovery.waves_completed, recovery.waves);
    let ran = if completed < waves {
        format!("; {completed} of {} completed", words::count(waves, "wave"))
    } else {
        String::new()
    };
    let down = servers.len().saturating_sub(up);
    let left_out = match recovery.servers_missing.len().saturating_sub(down) {
        0 => String::new(),
        1 => ", 1 more was left out".to_owned(),
        more => format!(", {more} more were left out"),
    };
    format!("{head}{rto}{ran}; {came}{left_out}{}.", data.unwrap_or_default())
}

/// `, within the RTO of 2h 00m`; `, the RPO of 15m 00s is missed by 1h 00m`.
fn verdict(met: &Known<bool>, wanted: &Known<u64>, missed: Option<u64>, name: &str) -> String {
    let (Some(met), Some(wanted)) = (met.value(), wanted.value()) else { return String::new() };
    let wanted = length(*wanted);
    match (met, missed) {
        (true, _) => format!(", within the {name} of {wanted}"),
        (false, Some(by)) => format!(", the {name} of {wanted} is missed by {}", length(by)),
        (false, None) => format!(", the {name} of {wanted} is missed"),
    }
}

fn length(seconds: u64) -> String {
    words::duration(Duration::from_secs(seconds))
}
