//! What the door refuses, whatever the Luau above it says.
//!
//! | rule | refuses | given up by |
//! |---|---|---|
//! | `drill_launches_drills` | in a drill, a launch that is not a drill | |
//! | `drill_stays_inside` | in a drill, touching what no drill of this execution made | the runbook's `outside` |
//! | `live_recovery` | replacing a live, non-drill instance | the operator, server by server |
//! | `owned_launch` | replacing what another execution has launched or is launching | the same |
//! | | replacing a drill instance whose launcher cannot be seen, or what is being launched unseen | the same |
//! | | replacing what another wave of this execution has launched or is launching | |
//! | `foreign_drill` | replacing a drill instance that no execution of Moontide launched | the same, or a person who is asked |
//! | `relaunch` | replacing what this very wave launched in an earlier attempt | a person who is asked |
//! | `declared_region` | acting in a Region that the runbook did not declare; a global service has none | |
//! | `declared_account` | acting in an account that the runbook did not declare | |
//! | `denied` | an operation, or something outside, that the operator denies | |
//!
//! A refusal carries its rule, and the servers that it is about, in its details: what an operator types to
//! give something up is a matter of the face that shows it.

mod document;

use serde_json::json;

use super::Call;
use super::touch::{Consequences, Launch, Maker, Origin, Place, Replaced, Thing, Touch};
use crate::history::EffectError;
use crate::plan::{Mode, Outside};

/// The rules of one execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// The execution.
    pub execution: String,
    /// What tells it, and the one on whose behalf it acts, from others of the same id.
    pub nonce: String,
    /// The execution on whose behalf it acts, whose drills count as its own.
    pub acts_for: Option<String>,
    /// Jobs that this one has launched, as its journal says, whether or not they still show.
    pub made: Vec<String>,
    /// Drill or recovery.
    pub mode: Mode,
    /// The Regions it may act in.
    pub regions: Vec<String>,
    /// The account it may act in; `None`: wherever the credentials lead.
    pub account: Option<String>,
    /// Source servers whose instance the operator gave up by name.
    pub replaceable: Vec<String>,
    /// What a drill may touch besides what it launches.
    pub outside: Outside,
    /// What the operator denies: an operation, a service such as `ssm.*`, everything `outside`, or one thing
    /// of it: `outside:i-0123456789abcdef0`.
    pub denied: Vec<String>,
}

/// The error code of every refusal.
pub const REFUSED: &str = "PolicyRefused";

/// How the operator denies what a runbook's `outside` names: all of it, or behind a colon one thing.
pub const OUTSIDE: &str = "outside";

/// How a person has given up exactly this instance of exactly this server, if they have.
pub type GivenUp<'a> = &'a dyn Fn(&str, &str) -> Option<GivenUpBy>;

/// How an instance was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUpBy {
    /// By the operator, by name, when the execution started.
    Name,
    /// By a person who was asked about it.
    Answer,
}

impl Rules {
    /// Judges the operation itself, before anything is looked up.
    pub fn judge_operation(&self, operation: &str) -> Result<(), EffectError> {
        let service = operation.split('.').next().unwrap_or_default();
        let denies = |pattern: &&String| {
            pattern.as_str() == operation || pattern.strip_suffix(".*") == Some(service)
        };
        match self.denied.iter().find(denies) {
            None => Ok(()),
            Some(pattern) => Err(refusal("denied", operation, &denial(pattern))),
        }
    }

    /// Judges what a call would do.
    pub fn judge(
        &self,
        call: &Call,
        what: &Consequences,
        given_up: GivenUp<'_>,
    ) -> Result<(), EffectError> {
        let operation = call.operation.as_str();
        self.judge_place(operation, what)?;
        for touch in &what.touches {
            match &touch.launch {
                Some(launch) => self.judge_kind(operation, touch, launch)?,
                None => self.judge_touch(operation, touch, what)?,
            }
        }
        let refused = self.refused_launches(call, what, given_up);
        if refused.is_empty() { Ok(()) } else { Err(refused_launches(operation, &refused)) }
    }

    /// A drill launches nothing but drills.
    fn judge_kind(
        &self,
        operation: &str,
        touch: &Touch,
        launch: &Launch,
    ) -> Result<(), EffectError> {
        if self.mode == Mode::Drill && !launch.drill {
            let reason =
                format!("this is a drill, and it would launch {} for real", touch.what.id());
            return Err(refusal("drill_launches_drills", operation, &reason));
        }
        Ok(())
    }

    /// A drill touches what it has made itself, and what the runbook names outside of that.
    fn judge_touch(
        &self,
        operation: &str,
        touch: &Touch,
        call: &Consequences,
    ) -> Result<(), EffectError> {
        if self.mode != Mode::Drill || self.made(&touch.maker) {
            return Ok(());
        }
        let given = match &touch.what {
            Thing::Document(given) => Some(given.as_str()),
            _ => None,
        };
        let is_named = given.is_some_and(|given| {
            let name = document::named(given, call);
            self.outside.documents.iter().any(|it| it == name)
        });
        if !is_named && !self.outside.names(&touch.what) {
            let (verb, what) = (touch.verb, described(&touch.what));
            let reason = format!(
                "this is a drill, and it would {verb} {what}, {}; a runbook that means it names it in `outside`",
                stranger(&touch.maker)
            );
            return Err(refusal("drill_stays_inside", operation, &reason));
        }
        let denies = |pattern: &&String| {
            let rest = pattern.strip_prefix(OUTSIDE);
            rest.is_some_and(|rest| {
                let Some(thing) = rest.strip_prefix(':') else { return rest.is_empty() };
                // A denial is of the document, by whichever of its names the call gives it.
                let name = given.and_then(|given| document::deniable(given, call));
                thing == touch.what.id()
                    || (name.is_some() && name == document::deniable(thing, call))
            })
        };
        match self.denied.iter().find(denies) {
            None => Ok(()),
            Some(pattern) => Err(refusal("denied", operation, &denial(pattern))),
        }
    }

    /// Whether a drill of this execution, or of that on whose behalf it acts, made it.
    fn made(&self, maker: &Maker) -> bool {
        let origin = match maker {
            Maker::Drill(origin) => origin,
            Maker::HiddenDrill { job } => return self.made.contains(job),
            Maker::ForeignDrill | Maker::Production => return false,
        };
        let is_client = || self.acts_for.as_ref() == Some(&origin.execution);
        origin.nonce == self.nonce && (origin.execution == self.execution || is_client())
    }

    fn refused_launches<'w>(
        &self,
        call: &Call,
        what: &'w Consequences,
        given_up: GivenUp<'_>,
    ) -> Vec<RefusedLaunch<'w>> {
        let mut refused = Vec::new();
        for touch in &what.touches {
            let Some(launch) = &touch.launch else { continue };
            let server = touch.what.id();
            let is_named = self.replaceable.iter().any(|named| named == server);
            for replaced in &launch.replaces {
                // What the operator gave up when it started cannot be what it has launched itself since.
                let by_name = |rule| {
                    let is_own = matches!(rule, Rule::Relaunch | Rule::OtherWave);
                    is_named && !is_own && !self.is_ours(replaced)
                };
                let rule = self.rule_of(call, replaced).filter(|rule| !by_name(*rule));
                let is_given_up = |rule: Rule| {
                    given_up(server, &replaced.instance).is_some_and(|by| rule.yields_to(by))
                };
                if let Some(rule) = rule.filter(|rule| !is_given_up(*rule)) {
                    refused.push(RefusedLaunch {
                        rule,
                        server,
                        name: launch.name.as_deref(),
                        is_namesake: self.is_namesake(replaced),
                        replaced,
                    });
                }
            }
        }
        refused
    }

    /// Whether this execution has launched it.
    fn is_ours(&self, replaced: &Replaced) -> bool {
        let is_it = |it: &Origin| it.execution == self.execution && it.nonce == self.nonce;
        replaced.origin.as_ref().is_some_and(is_it)
    }

    /// Whether another execution of the same id has launched it.
    fn is_namesake(&self, replaced: &Replaced) -> bool {
        let other =
            |origin: &Origin| origin.execution == self.execution && origin.nonce != self.nonce;
        replaced.origin.as_ref().is_some_and(other)
    }

    /// The rule that keeps an instance from being replaced by this call.
    fn rule_of(&self, call: &Call, replaced: &Replaced) -> Option<Rule> {
        let is_launching = replaced.instance.is_empty();
        let is_ours = self.is_ours(replaced);
        match &replaced.origin {
            // Also of this wave: DRS may refuse nothing beside a job that it does not show.
            Some(_) if is_launching && replaced.is_hidden => Some(Rule::Unseen),
            Some(origin) if is_ours && origin.wave == call.wave => {
                // DRS itself refuses a second job beside one that runs.
                (!is_launching).then_some(Rule::Relaunch)
            }
            Some(_) if is_ours => Some(Rule::OtherWave),
            Some(_) if is_launching || replaced.drill => Some(Rule::OtherExecution),
            _ if !replaced.drill && !is_launching => Some(Rule::Live),
            None if replaced.is_hidden => Some(Rule::Unseen),
            None if is_launching => None,
            _ => Some(Rule::Foreign),
        }
    }

    fn judge_place(&self, operation: &str, what: &Consequences) -> Result<(), EffectError> {
        if let Place::Region(region) = &what.place
            && !self.regions.contains(region)
        {
            let declared = self.regions.join(", ");
            let reason = format!("the runbook declares {declared}, and the call goes to {region}");
            return Err(refusal("declared_region", operation, &reason));
        }
        match (&self.account, &what.account) {
            (Some(declared), Some(actual)) if declared != actual => Err(refusal(
                "declared_account",
                operation,
                &format!(
                    "the execution belongs to account {declared}, and the credentials are {actual}'s"
                ),
            )),
            (Some(declared), None) if what.place != Place::Nowhere => Err(refusal(
                "declared_account",
                operation,
                &format!(
                    "the execution belongs to account {declared}, and whose the credentials are cannot be told"
                ),
            )),
            _ => Ok(()),
        }
    }
}

/// A launch that a rule refuses.
struct RefusedLaunch<'w> {
    rule: Rule,
    server: &'w str,
    name: Option<&'w str>,
    is_namesake: bool,
    replaced: &'w Replaced,
}

/// The rules about what a launch would delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Live,
    OtherWave,
    OtherExecution,
    Unseen,
    Foreign,
    Relaunch,
}

impl Rule {
    /// A question is the runbook's, and so are its words: it opens no rule that the operator opens by name.
    fn yields_to(self, by: GivenUpBy) -> bool {
        match by {
            GivenUpBy::Name => !matches!(self, Rule::OtherWave | Rule::Relaunch),
            GivenUpBy::Answer => matches!(self, Rule::Foreign | Rule::Relaunch),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Rule::Live => "live_recovery",
            Rule::OtherWave | Rule::OtherExecution | Rule::Unseen => "owned_launch",
            Rule::Foreign => "foreign_drill",
            Rule::Relaunch => "relaunch",
        }
    }
}

impl RefusedLaunch<'_> {
    /// `db-1 (s-…) has the drill instance i-…, which the wave `database` of this execution has launched`.
    fn sentence(&self) -> String {
        let server = match self.name {
            Some(name) => format!("{name} ({})", self.server),
            None => self.server.to_owned(),
        };
        let Replaced { instance, job, drill, origin, .. } = self.replaced;
        let owner = match (self.rule, origin) {
            (Rule::Relaunch, _) => "this wave has launched before".to_owned(),
            (Rule::OtherWave, Some(Origin { wave, .. })) => {
                format!("the wave `{wave}` of this execution")
            }
            (_, Some(Origin { execution, wave, .. })) if self.is_namesake => format!(
                "the wave `{wave}` of another execution, begun in another store, that is called `{execution}` too"
            ),
            (_, Some(Origin { execution, wave, .. })) => {
                format!("the wave `{wave}` of the execution `{execution}`")
            }
            (Rule::Unseen, _) => {
                format!("the job {job}, which does not show: it cannot be seen whose it is")
            }
            (Rule::Foreign, None) => "no execution of Moontide has launched".to_owned(),
            (_, None) => String::new(),
        };
        if instance.is_empty() {
            let by = format!("{server} is being launched by {owner}");
            return match (self.rule, origin) {
                (Rule::Unseen, Some(_)) => {
                    format!(
                        "{by}, in the job {job}, which does not show: it cannot be seen how far it is"
                    )
                }
                (Rule::Unseen, None) => by,
                _ if job.is_empty() => by,
                _ => format!("{by}, in the job {job}"),
            };
        }
        let kind = if *drill { "the drill instance" } else { "a live recovery instance" };
        let by = match self.rule {
            Rule::Relaunch | Rule::Foreign => format!(", which {owner}"),
            Rule::Unseen => format!(", launched by {owner}"),
            _ if owner.is_empty() => String::new(),
            _ => format!(", which {owner} has launched"),
        };
        format!("{server} has {kind} {instance}{by}")
    }

    fn details(&self) -> serde_json::Value {
        let Replaced { instance, job, drill, origin, .. } = self.replaced;
        let mut details =
            json!({ "server": self.server, "rule": self.rule.name(), "drill": drill });
        let mut add = |field: &str, value: &str| {
            if !value.is_empty() {
                details[field] = value.into();
            }
        };
        add("name", self.name.unwrap_or_default());
        add("instance_id", instance);
        add("job_id", job);
        if let Some(Origin { execution, wave, .. }) = origin {
            add("execution", execution);
            add("wave", wave);
        }
        if self.is_namesake {
            details["namesake"] = true.into();
        }
        details
    }
}

/// How many servers a sentence names before it only counts them.
const NAMED: usize = 3;

fn refused_launches(operation: &str, refused: &[RefusedLaunch<'_>]) -> EffectError {
    let mut sentences: Vec<String> =
        refused.iter().take(NAMED).map(RefusedLaunch::sentence).collect();
    if refused.len() > NAMED {
        sentences.push(format!("and {} more", refused.len() - NAMED));
    }
    let is_launching = refused.iter().all(|each| each.replaced.instance.is_empty());
    let what = if is_launching {
        "another launch has not ended"
    } else {
        "this launch would delete what is there"
    };
    let reason = format!("{what}: {}", sentences.join("; "));
    let rule = refused.first().map_or("", |first| first.rule.name());
    let mut error = refusal(rule, operation, &reason);
    error.details["servers"] = refused.iter().map(RefusedLaunch::details).collect();
    error
}

/// The maker of what this execution did not make, as a clause.
fn stranger(maker: &Maker) -> String {
    match maker {
        Maker::Drill(origin) => format!("which the execution `{}` launched", origin.execution),
        Maker::HiddenDrill { job } => {
            format!(
                "which the job {job} launched; it does not show, so it cannot be seen whose it is"
            )
        }
        Maker::ForeignDrill => "which a drill of another tool launched".to_owned(),
        Maker::Production => "which no drill of this execution made".to_owned(),
    }
}

fn described(what: &Thing) -> String {
    match what {
        Thing::Document(name) => format!("the document {name}"),
        other => other.id().to_owned(),
    }
}

fn denial(pattern: &str) -> String {
    format!("the operator's configuration denies `{pattern}`")
}

fn refusal(rule: &'static str, operation: &str, reason: &str) -> EffectError {
    let mut error =
        EffectError::new(REFUSED, format!("`{operation}` is refused by `{rule}`: {reason}"));
    error.details = json!({ "rule": rule });
    error
}

#[cfg(test)]
mod tests;
