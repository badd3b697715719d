//! An outline in a few words each, for a picture and for a terminal alike.

use moontide_runtime::plan::{FailurePolicy, MinSuccess, Mode, PromptTimeout};

use super::outline::{Asked, Does, Step, WaveOutline};

/// Who is asked, and what silence does: `asks 2 of dba, ann, for 4h; silence aborts`.
pub fn asked(asked: &Asked) -> String {
    let who = match (asked.approvers.as_slice(), asked.approvals) {
        ([], 1) => "any person".to_owned(),
        ([], several) => format!("{several} people"),
        (names, 1) => names.join(", "),
        (names, several) => format!("{several} of {}", names.join(", ")),
    };
    let silence = |silence: &PromptTimeout| match silence {
        PromptTimeout::Continue => "silence continues",
        PromptTimeout::Skip => "silence skips the wave",
        PromptTimeout::Abort => "silence aborts",
    };
    match (&asked.timeout, &asked.silence) {
        (Some(timeout), Some(it)) => format!("asks {who}, for {timeout}; {}", silence(it)),
        _ => format!("asks {who}, and waits for ever"),
    }
}

/// What a wave does: `servers App=shop, Tier=web`.
pub fn does(wave: &WaveOutline) -> String {
    match &wave.does {
        Does::Program => "a program".to_owned(),
        Does::Servers { chosen: true, .. } => {
            "servers that a function chooses when it starts".to_owned()
        }
        Does::Servers { tags, ids, .. } => {
            let tags = tags.iter().map(|(key, value)| format!("{key}={value}"));
            let all: Vec<String> = tags.chain(ids.iter().cloned()).collect();
            format!("servers {}", all.join(", "))
        }
    }
}

/// What else holds of a wave, a line each.
pub fn care(wave: &WaveOutline) -> Vec<String> {
    let mut lines = Vec::new();
    if let Does::Servers { optional, .. } = &wave.does
        && !optional.is_empty()
    {
        lines.push(format!("optional: {}", optional.join(", ")));
    }
    lines.extend(wave.min_success.map(|least| match least {
        MinSuccess::Count(1) => "at least 1 server".to_owned(),
        MinSuccess::Count(count) => format!("at least {count} servers"),
        MinSuccess::Percent(share) => format!("at least {share}% of its servers"),
    }));
    lines.extend(wave.timeout.as_ref().map(|most| format!("an attempt takes at most {most}")));
    lines.push(failure(wave));
    lines
}

fn failure(wave: &WaveOutline) -> String {
    let attempts = wave.max_attempts.map(|most| format!("up to {most} attempts in all"));
    let attempts = attempts.unwrap_or_default();
    match wave.on_failure {
        _ if wave.on_failure_decides => format!("a failure: on_failure decides, {attempts}"),
        Some(FailurePolicy::Ask) => "a failure: a person is asked".to_owned(),
        Some(FailurePolicy::Retry) => format!("a failure: again, {attempts}"),
        Some(FailurePolicy::Skip) => "a failure: the others go on without it".to_owned(),
        Some(FailurePolicy::Abort) => "a failure: nothing more starts".to_owned(),
        None => "a failure: what waits for it does not start".to_owned(),
    }
}

/// What runs of something, in this order.
pub fn steps(steps: &[&str]) -> String {
    steps.join(" → ")
}

/// A piece of the order: `web: before → launch`, or `on_start`.
pub fn step(step: &Step) -> String {
    match &step.wave {
        Some(wave) => format!("{wave}: {}", steps(&step.steps)),
        None => steps(&step.steps),
    }
}

/// The mode's name.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Drill => "drill",
        Mode::Recovery => "recovery",
    }
}
