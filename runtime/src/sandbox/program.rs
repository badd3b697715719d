//! One attempt of a wave, walked from effect to effect.
//!
//! ```text
//! begin ──> Progress { asks, ended }          deliver(lane, outcome) ──> Progress { asks, ended } …
//! ```
//!
//! A call runs everything that can run: the lane that got its outcome, branches that it splits off, lanes
//! whose last branch ended. It returns when every lane waits for an outcome, or the root has ended. All
//! of it together has one slice of processor time.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use mlua::{Function, Lua, MultiValue, Table, Value as LuaValue};
use serde_json::Value;

use super::ask::Ask;
use super::convert::to_json;
use super::error::ScriptError;
use super::globals::Trusted;
use super::guard::{Spent, Stopper, Trip};
use super::lanes::{Join, Stop, Strand, Waits};
use super::native::Shared;
use super::{arrive, trace};
use crate::history::{EffectError, Lane, Outcome};

/// What a program wants next, or how it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What lanes have asked for since the last call; at most one per lane. Empty once it has ended.
    pub asks: Vec<Ask>,
    /// How the program ended, if it did. A program ends once. A poisoned one may end while other lanes
    /// still wait for outcomes; there is no coroutine left to deliver those to.
    pub ended: Option<Result<Value, ScriptError>>,
}

/// A program that has begun or may begin.
pub struct Program {
    lua: Lua,
    trusted: Trusted,
    shared: Rc<Shared>,
    strands: BTreeMap<Lane, Strand>,
    /// Lanes to run, in order, with what they go on with.
    ready: VecDeque<(Lane, MultiValue)>,
    /// How many more lanes there may be.
    lanes_left: u32,
    /// Whether it met an effect that may or may not have happened.
    uncertain: bool,
    ended: bool,
}

/// A program ends before its root returns.
enum Broken {
    Script(Box<ScriptError>),
    Vm(mlua::Error),
}

impl From<ScriptError> for Broken {
    fn from(error: ScriptError) -> Broken {
        Broken::Script(Box::new(error))
    }
}

impl From<mlua::Error> for Broken {
    fn from(error: mlua::Error) -> Broken {
        Broken::Vm(error)
    }
}

impl Program {
    /// A program whose root lane will call `main` with `arguments`.
    pub(super) fn new(
        (lua, trusted, shared): (Lua, Trusted, Rc<Shared>),
        lane: Lane,
        main: &Function,
        arguments: MultiValue,
    ) -> mlua::Result<Program> {
        let root = Strand::spawn(&trusted, main, None)?;
        Ok(Program {
            lanes_left: shared.limits.lanes.saturating_sub(1),
            strands: [(lane.clone(), root)].into(),
            ready: [(lane, arguments)].into(),
            uncertain: false,
            ended: false,
            lua,
            trusted,
            shared,
        })
    }

    /// Stops the program at its next safepoint, from any thread.
    pub fn stopper(&self) -> Stopper {
        self.shared.guard.stopper.clone()
    }

    /// Runs it to its first asks. When `replaying`, what it says on the way is not heard: the journal
    /// holds outcomes of this attempt, so it was said before.
    pub fn begin(&mut self, replaying: bool) -> Progress {
        self.advance(replaying, |_| Ok(()))
    }

    /// Hands a lane the outcome that it waits for, and runs the program on. When `replayed`, the outcome
    /// comes from the journal, and what the program says is not heard.
    pub fn deliver(&mut self, lane: &Lane, outcome: &Outcome, replayed: bool) -> Progress {
        self.advance(replayed, |program| program.take(lane, outcome))
    }

    /// Ends it, because its execution's journal has no room for the effect that it asks for at `site`.
    pub fn give_up(&mut self, spent: Spent, site: &str) -> Progress {
        self.ended = true;
        let broken = self.trip(Trip::Journal(spent));
        let error = self.failure(broken);
        let trace = if site.is_empty() { Vec::new() } else { vec![site.to_owned()] };
        Progress { asks: Vec::new(), ended: Some(Err(ScriptError { trace, ..error })) }
    }

    fn advance(
        &mut self,
        silent: bool,
        step: impl FnOnce(&mut Program) -> Result<(), Broken>,
    ) -> Progress {
        if self.ended {
            let error = ScriptError::internal("the program has ended, and was run again");
            return Progress { asks: Vec::new(), ended: Some(Err(error)) };
        }
        if let Some(voice) = &*self.shared.voice.borrow() {
            voice.silence(silent);
        }
        self.shared.guard.begin_slice();
        let _ = self.lua.set_memory_limit(self.shared.memory(silent));
        let mut asks = Vec::new();
        let stepped = step(self).and_then(|()| self.run(&mut asks));
        if let Some(share) = self.shared.share.get() {
            share.note(&self.lua);
        }
        let ended = match stepped {
            Ok(None) => return Progress { asks, ended: None },
            Ok(Some(result)) => Ok(result),
            Err(broken) => Err(self.failure(broken)),
        };
        self.ended = true;
        Progress { asks: Vec::new(), ended: Some(ended) }
    }

    /// Runs whatever can run; the root's result if it ended.
    fn run(&mut self, asks: &mut Vec<Ask>) -> Result<Option<Value>, Broken> {
        while let Some((lane, with)) = self.ready.pop_front() {
            let strand = self.strands.get_mut(&lane).ok_or_else(|| missing(&lane))?;
            let stop = strand.resume(&self.trusted, with)?;
            if !matches!(stop, Stop::Raised(_)) && self.shared.guard.tick().is_err() {
                return Err(self.poisoned());
            }
            let result = match stop {
                Stop::Effect { operation, arguments, site } => {
                    asks.extend(self.ask(lane, &operation, &arguments, site)?);
                    continue;
                }
                Stop::Split(branches) => {
                    self.split(lane, &branches)?;
                    continue;
                }
                Stop::Done(value) => Ok(value),
                Stop::Raised(error) => Err(error),
            };
            if let Some(result) = self.end(&lane, result)? {
                return Ok(Some(result));
            }
        }
        Ok(None)
    }

    /// An effect on its way out. Arguments that cannot leave come back as an error, and no effect is
    /// counted.
    fn ask(
        &mut self,
        lane: Lane,
        operation: &LuaValue,
        arguments: &LuaValue,
        site: String,
    ) -> Result<Option<Ask>, Broken> {
        let limits = &self.shared.limits;
        let most = limits.effects_per_lane;
        let guard = &self.shared.guard;
        let ask = Ask::of(lane.clone(), operation, arguments, limits.arguments, guard);
        if guard.tripped().is_some() {
            return Err(self.poisoned());
        }
        let strand = self.strand(&lane)?;
        match ask {
            Ok(_) if strand.position >= most => Err(self.trip(Trip::Effects(most))),
            Ok(ask) => {
                strand.position += 1;
                strand.waits = Waits::Outcome;
                Ok(Some(Ask { position: strand.position, site, ..ask }))
            }
            Err(problem) => {
                let error = EffectError::new("InvalidArguments", problem);
                let with = arrive::failure(&self.lua, &error, self.shared.limits.outcome)?;
                self.ready.push_back((lane, with));
                Ok(None)
            }
        }
    }

    /// Lanes for the branches of a `parallel`.
    fn split(&mut self, lane: Lane, branches: &Table) -> Result<(), Broken> {
        let count = u32::try_from(branches.raw_len()).unwrap_or(u32::MAX);
        let Some(lanes_left) = self.lanes_left.checked_sub(count) else {
            return Err(self.trip(Trip::Lanes(self.shared.limits.lanes)));
        };
        self.lanes_left = lanes_left;
        let strand = self.strand(&lane)?;
        strand.splits += 1;
        strand.waits = Waits::Branches(Join::of(branches.raw_len()));
        let split = strand.splits;
        for (place, number) in (1..=count).enumerate() {
            let name = lane.branch(split, number);
            let branch = branches.raw_get(number)?;
            let strand = Strand::spawn(&self.trusted, &branch, Some((lane.clone(), place)))?;
            self.strands.insert(name.clone(), strand);
            self.ready.push_back((name, MultiValue::new()));
        }
        self.join(lane)
    }

    /// A lane has ended: the root with the program, a branch for the lane that waits for it.
    fn end(
        &mut self,
        lane: &Lane,
        result: Result<LuaValue, LuaValue>,
    ) -> Result<Option<Value>, Broken> {
        let Some(strand) = self.strands.remove(lane) else {
            return Ok(None);
        };
        if let Err(raised) = &result {
            let stopped = self.shared.guard.tripped().is_some()
                || matches!(raised, LuaValue::Error(_))
                || trace::out_of_memory(raised);
            if strand.parent.is_none() || stopped {
                return Err(self.error(&strand, raised));
            }
            let frames: LuaValue = self.trusted.trace.call((&strand.thread, raised))?;
            self.trusted.remember.call::<()>((raised, frames))?;
        }
        match (strand.parent, result) {
            (None, Ok(value)) => {
                match to_json(&value, self.shared.limits.result, &self.shared.guard) {
                    Ok(value) => Ok(Some(value)),
                    Err(_) if self.shared.guard.tripped().is_some() => Err(self.poisoned()),
                    Err(refusal) => {
                        let message =
                            format!("what the program returned cannot be kept: {refusal}");
                        Err(ScriptError::new("InvalidResult", message).into())
                    }
                }
            }
            (Some((parent, place)), result) => {
                if let Waits::Branches(join) = &mut self.strand(&parent)?.waits {
                    join.end(place, result);
                }
                self.join(parent)?;
                Ok(None)
            }
            (None, Err(_)) => Ok(None),
        }
    }

    /// Lets a lane go on if all of its branches have ended.
    fn join(&mut self, lane: Lane) -> Result<(), Broken> {
        let lua = self.lua.clone();
        if let Waits::Branches(join) = &self.strand(&lane)?.waits
            && let Some(with) = join.outcome(&lua)
        {
            self.ready.push_back((lane, with?));
        }
        Ok(())
    }

    /// The outcome that a lane waits for.
    fn take(&mut self, lane: &Lane, outcome: &Outcome) -> Result<(), Broken> {
        if !matches!(self.strand(lane)?.waits, Waits::Outcome) {
            let message = format!("lane {lane} got an outcome that it does not wait for");
            return Err(ScriptError::internal(message).into());
        }
        self.uncertain |= matches!(outcome, Outcome::Unknown { .. });
        let with = arrive::outcome(&self.lua, outcome, self.shared.limits.outcome)?;
        self.ready.push_back((lane.clone(), with));
        Ok(())
    }

    fn strand(&mut self, lane: &Lane) -> Result<&mut Strand, Broken> {
        self.strands.get_mut(lane).ok_or_else(|| missing(lane))
    }

    fn failure(&self, broken: Broken) -> ScriptError {
        let error = match broken {
            Broken::Script(error) => *error,
            Broken::Vm(error) => trace::vm_error(&self.shared, &error),
        };
        // The next attempt knows what the program remembered, whatever the error says beside it.
        let details = match (error.details, self.shared.remembered.borrow().clone()) {
            (details, Value::Null) => details,
            (Value::Object(mut details), Value::Object(remembered)) => {
                details.extend(remembered);
                Value::Object(details)
            }
            (_, remembered) => remembered,
        };
        ScriptError { details, uncertain: self.uncertain, ..error }
    }

    fn error(&self, strand: &Strand, raised: &LuaValue) -> Broken {
        let vm = (&self.lua, &self.trusted, &*self.shared);
        trace::error(vm, &strand.thread, raised).into()
    }

    fn poisoned(&self) -> Broken {
        trace::poisoned(&self.shared).into()
    }

    fn trip(&self, trip: Trip) -> Broken {
        self.shared.guard.trip(trip);
        self.poisoned()
    }
}

fn missing(lane: &Lane) -> Broken {
    ScriptError::internal(format!("there is no lane {lane}")).into()
}
