//! What the outlook says of a signal is what the driver then does with it: for many schedules of a runbook, people who
//! send while no runner is there, and clocks of theirs that go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::SignedDuration;
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::{Body, Entry};
use moontide_runtime::scheduler::outlook::{Closing, Moments, Outlook, outlook};
use moontide_runtime::scheduler::{Ended, Event, Graph, Prompt, State, WaveStatus};
use moontide_runtime::store::{Signal, SignalKind, Store};
use serde_json::Value;

use crate::support::TestClock;
use crate::{Answers, Story};

/// So many runbooks are played, each with a few runners.
const SCHEDULES: u64 = 100;

/// The approvers, and a person who is none.
const PEOPLE: [&str; 4] = ["ann", "bob", "kim", "eve"];

/// How often each thing came about: what never does is not tested.
#[derive(Debug, Default)]
struct Counts {
    taken: usize,
    refused: usize,
    silences: usize,
    closings: usize,
    clocks: usize,
}

#[tokio::test(start_paused = true)]
async fn what_is_foretold_of_a_signal_is_what_the_driver_does() {
    let mut counts = Counts::default();
    for seed in 0..SCHEDULES {
        Box::pin(play(seed, &mut counts)).await;
    }
    let Counts { taken, refused, silences, closings, clocks } = counts;
    assert!([taken, refused, silences, closings, clocks].iter().all(|it| *it > 20), "{counts:?}");
}

/// People send, a runner comes and does what it can, and so on.
async fn play(seed: u64, counts: &mut Counts) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let story = Story::of(&runbook(&mut rng)).await;
    for _ in 0..5 {
        for _ in 0..rng.usize(0..4) {
            tokio::time::sleep(Duration::from_secs(rng.u64(0..50))).await;
            let signal = signal(&mut rng, &story).await;
            counts.clocks += usize::from(signal.at < TestClock.now());
            story.store.send("x", &signal).await.unwrap();
        }
        tokio::time::sleep(Duration::from_secs(rng.u64(0..50))).await;
        let entries = story.entries().await;
        let foretold = look(&story, &entries).await;
        let ended = story.drive(Answers::new()).await.unwrap();
        assert!(!matches!(ended, Ended::Interrupted));
        let all = story.entries().await;
        // What the runner does before anything else happens.
        let first = all[entries.len()..].iter().take_while(|entry| match &entry.body {
            Body::Event { event } => {
                matches!(event, Event::Signalled { .. } | Event::TimedOut { .. } | Event::Started)
            }
            _ => false,
        });
        let done = &all[..entries.len() + first.count()];
        compare(seed, &foretold, done, &look(&story, done).await, counts);
    }
}

/// The outlook behind these entries.
async fn look(story: &Story, entries: &[Entry]) -> Outlook {
    let execution = story.store.execution("x").await.unwrap();
    let taken = moontide_runtime::history::last_signal(entries);
    let signals = story.store.signals("x", taken).await.unwrap();
    let moments = Moments { begins: TestClock.now(), silence: Some(TestClock.now()) };
    outlook(&Graph::of(&execution), entries, signals, moments)
}

/// What was foretold, beside what the journal has now.
fn compare(seed: u64, foretold: &Outlook, done: &[Entry], now: &Outlook, counts: &mut Counts) {
    let refusals: BTreeMap<u64, Option<String>> = done
        .iter()
        .filter_map(|entry| match &entry.body {
            Body::Event { event: Event::Signalled { number: Some(number), refused, .. } } => {
                Some((*number, refused.clone()))
            }
            _ => None,
        })
        .collect();
    for pending in &foretold.pending {
        let said = pending.refusal.as_ref().map(ToString::to_string);
        assert_eq!(refusals.get(&pending.number), Some(&said), "seed {seed}: {pending:?}");
        if said.is_some() { counts.refused += 1 } else { counts.taken += 1 }
    }
    assert_eq!(standing(&foretold.ahead), standing(&now.state), "seed {seed}");
    for (prompt, closing) in foretold.closings.iter().filter(|(_, it)| it.entry.is_none()) {
        let real = now.closings.get(prompt).filter(|it| it.entry.is_some());
        let real = real.unwrap_or_else(|| panic!("seed {seed}: `{prompt}` is closed by nothing"));
        assert_eq!(what(closing), what(real), "seed {seed}: `{prompt}`");
        counts.closings += 1;
        counts.silences += usize::from(closing.silence.is_some());
    }
}

/// Where the waves stand, and which approvals the open prompts have.
fn standing(state: &State) -> (bool, Vec<WaveStatus>, BTreeMap<String, usize>) {
    let prompts = state.prompts.values().map(|prompt| (prompt.id.clone(), prompt.given.len()));
    (state.started, state.waves.iter().map(|wave| wave.status).collect(), prompts.collect())
}

/// What closed a prompt.
fn what(closing: &Closing) -> String {
    let event = match &closing.event {
        Event::Signalled { number, .. } => format!("signal {number:?}"),
        event => format!("{event:?}"),
    };
    format!("{event}, {:?}", closing.silence)
}

/// Up to four waves, most with a pause point that silence answers after a minute, some of which fail at first.
fn runbook(rng: &mut fastrand::Rng) -> String {
    let waves = (0..rng.usize(1..5)).map(|at| {
        let before: Vec<String> =
            (0..at).filter(|_| rng.u8(..3) == 0).map(|other| format!("'w{other}'")).collect();
        let silence = ["continue", "skip", "abort"][rng.usize(..3)];
        let people = ["", ", approvers = { 'ann', 'bob' }", ", approvers = { 'ann', 'bob' }, approvals = 2"];
        let people = people[rng.usize(..3)];
        let pause = format!(
            "pause = {{ message = '?', timeout = '1m', on_timeout = '{silence}'{people} }},"
        );
        let pause = if rng.u8(..4) > 0 { pause.as_str() } else { "" };
        let failures = rng.u8(..3);
        format!(
            "{{ name = 'w{at}', on_failure = 'ask', depends_on = {{ {} }}, {pause}
                run = function(wave) if wave.attempt <= {failures} then error('not yet') end end }}",
            before.join(", ")
        )
    });
    format!("waves = {{ {} }}", waves.collect::<Vec<_>>().join(", "))
}

/// What a person sends now; one clock in six goes wrong.
async fn signal(rng: &mut fastrand::Rng, story: &Story) -> Signal {
    let state = story.state().await;
    let prompts: Vec<&Prompt> = state.prompts.values().collect();
    let waves: BTreeSet<String> = (0..state.waves.len()).map(|at| format!("w{at}")).collect();
    let wave = waves.iter().nth(rng.usize(..waves.len())).unwrap().clone();
    let wish = match rng.u8(..20) {
        0..11 if !prompts.is_empty() => {
            let prompt = prompts[rng.usize(..prompts.len())];
            let choice = &prompt.choices[rng.usize(..prompt.choices.len())];
            let choice = if rng.u8(..12) == 0 { "maybe" } else { choice.as_str() };
            let (fingerprint, value) = (prompt.fingerprint.clone(), Value::Null);
            SignalKind::Answer {
                prompt: prompt.id.clone(),
                choice: choice.to_owned(),
                fingerprint,
                value,
            }
        }
        11..14 => SignalKind::Skip { wave },
        14..17 => SignalKind::Retry { wave, mend: None },
        17 => SignalKind::Pause,
        18 => SignalKind::Resume,
        _ if rng.u8(..8) == 0 => SignalKind::Cancel { seen: 0 },
        _ => SignalKind::Note,
    };
    let wrong = match rng.u8(..12) {
        0 => SignedDuration::from_mins(-10),
        1 => SignedDuration::from_mins(10),
        _ => SignedDuration::ZERO,
    };
    let at = TestClock.now() + wrong;
    let by = PEOPLE[rng.usize(..PEOPLE.len())].to_owned();
    Signal { wish, by, sender: String::new(), comment: String::new(), at }
}
