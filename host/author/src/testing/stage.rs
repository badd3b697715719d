//! What a case has said so far, and what is done about what it asks for.

use std::rc::Rc;

use jiff::Timestamp;
use moontide_control::error::{CommandError, Result as Commanded, code};
use moontide_control::listener::Silent;
use moontide_control::rehearsal::{Rehearsal, Staged, StagedAnswer, StagedSignal, What, Witness};
use moontide_control::{words, world_file};
use moontide_runtime::effect::{EffectError, arguments};
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::plan::{Mode, suggest};
use moontide_runtime::sandbox::Ask;
use moontide_runtime::scheduler::{Graph, SignalKind};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::asked::{self, refused, texts};
use super::case::{Crash, Place};
use super::laid::{Laid, Thing};
use super::operations::Operations;
use super::seen::Seen;
use super::snapshots::{difference, lines};
use super::story::Story;
use super::suite::Suite;
use super::world::{World, said};

/// How a person is called who signals without a name.
const OPERATOR: &str = "the operator";
/// The prompts that a person's pauses open, without their numbers.
const PAUSED: &str = "@pause";
/// What an operator may want.
const WISHES: [&str; 6] = ["cancel", "pause", "resume", "skip", "retry", "note"];

/// A case at work.
pub(super) struct Stage<'s> {
    suite: &'s Suite,
    seed: u64,
    world: Option<World>,
    staged: Staged,
    laid: Laid,
    operations: Option<Operations>,
    /// Where its runner is killed besides.
    crash: Option<Crash<'s>>,
    /// The rehearsals that are over.
    pub(super) seen: Vec<Seen>,
    /// What was written down of this case; `None`: nothing is compared.
    known: Option<&'s [Vec<String>]>,
    updates: bool,
    /// What is to be written down of it.
    pub(super) snapshots: Vec<Vec<String>>,
    /// What it was told last, if that was a difference.
    pub(super) differs: Option<(String, String)>,
}

impl<'s> Stage<'s> {
    pub(super) fn new(
        suite: &'s Suite,
        seed: u64,
        (known, updates): (Option<&'s [Vec<String>]>, bool),
        crash: Option<Crash<'s>>,
    ) -> Stage<'s> {
        Stage {
            suite,
            seed,
            world: None,
            staged: Staged::default(),
            laid: Laid::default(),
            operations: None,
            crash,
            seen: Vec::new(),
            known,
            updates,
            snapshots: Vec::new(),
            differs: None,
        }
    }

    /// Does what the case asks for.
    pub(super) fn perform(&mut self, ask: &Ask) -> Result<Value, EffectError> {
        let Some(verb) = ask.operation.strip_prefix("test.") else {
            return Err(refused(format!(
                "`{}` is for runbooks: a test has no effects but those of `t`",
                ask.operation
            )));
        };
        let given = &ask.arguments;
        let (by, thing) = match verb {
            "world" => ("world", self.set_world(read("t.world", given)?)?),
            "fault" => {
                ("fault", self.world()?.fault(&read::<asked::Entry>("t.fault", given)?.entry)?)
            }
            "command" => {
                let entry = read::<asked::Entry>("t.command", given)?.entry;
                ("command", self.world()?.command(&entry)?)
            }
            "answer" => ("answer", self.answer(read("t.answer", given)?)?),
            "signal" => ("signal", self.signal(&read("t.signal", given)?)?),
            "kill" => ("kill", self.kill(&read("t.kill", given)?)?),
            "rehearse" => return self.rehearse(&read("t.rehearse", given)?),
            "operation" => {
                let asked::Named { name, arguments } = read("t.called", given)?;
                let operations = self.operations.get_or_insert_with(Operations::new);
                return operations.check(&name, &arguments).map(|()| Value::Null);
            }
            "snapshot" => {
                return self.snapshot(&read("t.snapshot", given)?, ask).map(|()| Value::Null);
            }
            _ => return Err(refused(format!("a test has no `{verb}`"))),
        };
        self.laid.add(thing, by, &ask.site);
        Ok(Value::Null)
    }

    /// What says that a case that failed nowhere has not tested what it seems to: each with its line.
    pub(super) fn idle(&self) -> Vec<(String, String)> {
        let mut idle = self.laid.unmet(self.seen.len());
        let (now, then) = (self.snapshots.len(), self.known.map_or(0, <[_]>::len));
        if now < then && !self.updates {
            let message = format!(
                "t.snapshot was called {}, and {} were written down: `moontide test --update` writes them anew",
                words::count(now, "time"),
                then
            );
            idle.push((message, String::new()));
        }
        idle
    }

    fn set_world(&mut self, asked: asked::World) -> Result<Thing, EffectError> {
        if self.world.is_some() {
            return Err(refused("the world is set already: t.world comes first, and once"));
        }
        self.world = Some(match asked.world {
            Value::String(name) => {
                let folder = self.suite.beside("");
                World::beside(&folder, &name)?
            }
            table => World::of(&table)?,
        });
        Ok(Thing::World)
    }

    /// The world so far.
    fn world(&mut self) -> Result<&mut World, EffectError> {
        if self.world.is_none() {
            let folder = &self.suite.runbook.folder;
            world_file::beside(folder).map_err(|error| said(&error))?;
            self.world = Some(World::file(folder, world_file::FILE)?);
        }
        self.world.as_mut().ok_or_else(|| refused("there is no world"))
    }

    /// Refuses a name that no wave has.
    fn wave(&self, name: &str) -> Result<(), EffectError> {
        let graph = Graph::of_plan(&self.suite.plan);
        let waves = || graph.nodes().iter().map(|node| node.name.as_str());
        let wave = name.split(['#', '/']).next().unwrap_or_default();
        // A pause point that is opened once more is `wave.2`, and a person's pause `@pause.1`.
        let stem = wave.rsplit_once('.').map_or(wave, |(stem, _)| stem);
        if stem == PAUSED || waves().any(|known| known == wave || known == stem) {
            return Ok(());
        }
        let hint = match suggest::nearest(wave, waves()) {
            Some(near) => format!(", did you mean `{near}`?"),
            None => format!("; its waves are {}", waves().collect::<Vec<_>>().join(", ")),
        };
        Err(refused(format!("the runbook has no wave `{wave}`{hint}")))
    }

    fn answer(&mut self, asked: asked::Answer) -> Result<Thing, EffectError> {
        self.wave(&asked.wave)?;
        let how: asked::HowAnswered = read("t.answer", &asked.how)?;
        let after = how.after.map(|after| after.read("after")).transpose()?.unwrap_or_default();
        let (prompt, choice, by) = (asked.wave, asked.choice, how.by);
        named(by.as_deref())?;
        self.staged.answers.push(StagedAnswer { prompt, choice, by, after });
        Ok(Thing::Staged(What::Answer(self.staged.answers.len() - 1)))
    }

    fn signal(&mut self, asked: &asked::Signal) -> Result<Thing, EffectError> {
        let how: asked::HowSignalled = read("t.signal", &asked.how)?;
        let is_of_a_wave = ["skip", "retry"].contains(&asked.wish.as_str());
        let wave = match (how.wave, is_of_a_wave) {
            (Some(wave), true) => {
                self.wave(&wave)?;
                wave
            }
            (None, true) => {
                return Err(refused(format!("`{}` is of a wave: write `wave = …`", asked.wish)));
            }
            (Some(_), false) => {
                return Err(refused(format!("`{}` is of no single wave", asked.wish)));
            }
            (None, false) => String::new(),
        };
        let wish = match asked.wish.as_str() {
            "cancel" => SignalKind::Cancel { seen: 0 },
            "pause" => SignalKind::Pause,
            "resume" => SignalKind::Resume,
            "skip" => SignalKind::Skip { wave },
            "retry" => SignalKind::Retry { wave, mend: None },
            "note" => SignalKind::Note,
            other => {
                let hint = match suggest::nearest(other, WISHES) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", WISHES.join(", ")),
                };
                return Err(refused(format!("there is no signal `{other}`, {hint}")));
            }
        };
        named(how.by.as_deref())?;
        let by = how.by.unwrap_or_else(|| OPERATOR.to_owned());
        let at = how.at.read("at")?;
        self.staged.signals.push(StagedSignal { wish, at, by, comment: how.comment });
        Ok(Thing::Staged(What::Signal(self.staged.signals.len() - 1)))
    }

    fn kill(&mut self, asked: &asked::Kill) -> Result<Thing, EffectError> {
        let entry = asked.entry;
        if entry < 1.0 || entry.fract() != 0.0 || entry > 1e9 {
            return Err(refused(format!("t.kill({entry}): entries are counted from 1")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "as looked at"
        )]
        self.staged.kills.push(entry as u64);
        Ok(Thing::Staged(What::Kill(self.staged.kills.len() - 1)))
    }

    fn rehearse(&mut self, asked: &asked::Rehearse) -> Result<Value, EffectError> {
        let world = self.world()?.clone();
        let plan = self.suite.plan.clone();
        let params = plan.bind(&texts(&asked.params)?).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            refused(format!("the params: {}", errors.join("; ")))
        })?;
        let Suite { runbook, settings, .. } = self.suite;
        let rehearsal = Rehearsal {
            settings: settings.clone(),
            plan,
            bundle: runbook.bundle.clone(),
            world: world.scenario()?,
            mode: asked.mode.unwrap_or(Mode::Drill),
            params,
            answers: Vec::new(),
            seed: self.seed,
        };
        let mut staged = self.staged.clone();
        let place = self.seen.len();
        let crash = self.crash.filter(|crash| crash.rehearsal == place);
        staged.kills.extend(crash.map(|crash| crash.entry));
        let mut seen = rehearse(rehearsal, &staged, &world).map_err(|error| said(&error))?;
        // Lines that are on their way to the log may die with their runner.
        if let Some(before) = crash.and_then(|crash| crash.before.get(place)) {
            for field in ["logs", "timeline", "entries"] {
                seen.run[field] = before.run[field].clone();
            }
        }
        self.laid.hear(&seen.unmet);
        let run = seen.run.clone();
        self.seen.push(seen);
        Ok(run)
    }

    fn snapshot(&mut self, asked: &asked::Snapshot, ask: &Ask) -> Result<(), EffectError> {
        if asked.value.is_null() {
            return Err(refused("t.snapshot: there is no value to write down, but nil"));
        }
        let Some(known) = self.known else { return Ok(()) };
        let now = lines(&asked.value);
        let place = self.snapshots.len();
        self.snapshots.push(now.clone());
        if self.updates {
            return Ok(());
        }
        let failed = |message: &str| EffectError::new("TestFailed", message);
        let Some(known) = known.get(place) else {
            let site = &ask.site;
            return Err(failed(&format!(
                "nothing was written down for t.snapshot at {site}: `moontide test --update` does"
            )));
        };
        if *known == now {
            return Ok(());
        }
        self.differs = Some(difference(known, &now));
        Err(failed("the snapshot is another one; `moontide test --update` writes it anew"))
    }

    /// The last lines of what happened.
    pub(super) fn last_lines(&self, count: usize) -> Vec<String> {
        let timeline = self.seen.last().and_then(|seen| seen.run["timeline"].as_array());
        let lines = timeline.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        let lines: Vec<String> = lines.collect();
        lines[lines.len().saturating_sub(count)..].to_vec()
    }
}

fn read<T: DeserializeOwned>(called: &str, given: &Value) -> Result<T, EffectError> {
    arguments::read(called, given)
}

/// Refuses a person without a name.
fn named(by: Option<&str>) -> Result<(), EffectError> {
    match by {
        Some(by) if by.trim().is_empty() => {
            Err(refused("`by` names no person: leave it out, or write a name"))
        }
        _ => Ok(()),
    }
}

/// Two observers at once.
struct Both(Rc<Witness>, Rc<Story>);

impl Observer for Both {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        self.0.notice(at, notice);
        self.1.notice(at, notice);
    }
}

fn rehearse(rehearsal: Rehearsal, staged: &Staged, world: &World) -> Commanded<Seen> {
    let (witness, story) = (Rc::new(Witness::default()), Rc::new(Story::default()));
    let both = Both(Rc::clone(&witness), Rc::clone(&story));
    let rehearsed = rehearsal.perform_staged(staged, &Silent, Rc::new(both))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| {
        CommandError::new(code::INTERNAL, format!("the runtime cannot start: {error}"))
    })?;
    runtime.block_on(Seen::of(&rehearsed, &witness, &story, (world, staged)))
}

/// Where a case stands in its file.
pub(super) fn place(suite: &Suite, trace: &[String], line: Option<usize>) -> Option<Place> {
    let of = |position: &str| {
        let (file, line) = position.split(" in ").next()?.rsplit_once(':')?;
        Some((file.to_owned(), line.parse().ok()?))
    };
    let own = |(file, _): &(String, usize)| {
        suite.bundle.modules.iter().any(|(name, it)| it.file == *file && !name.starts_with('@'))
    };
    let found = trace.iter().filter_map(|position| of(position)).find(own);
    let (file, line) = found.or_else(|| Some((suite.file.clone(), line?)))?;
    let module = suite.bundle.modules.values().find(|module| module.file == file)?;
    let source_line =
        module.source.lines().nth(line.saturating_sub(1)).map(|it| it.trim().to_owned());
    let path = if file == suite.file { suite.path.display().to_string() } else { file };
    Some(Place { path, line, source_line })
}

/// Data for a case that has nothing else.
pub(super) fn context(name: &str) -> Value {
    json!({
        "name": name,
        "attempt": 1,
        "execution": "test",
        "runbook": "test",
        "mode": "drill",
        "params": {},
        "results": {},
    })
}
