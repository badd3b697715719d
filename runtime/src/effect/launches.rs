//! The jobs that this execution has launched, as its journal says: AWS named them when they were started, so they
//! are its own whether or not they show (any more).

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Call, Consequences, Maker, Origin};
use crate::history::{Body, Entry, Lane, Outcome, Step};

/// Which wave has launched which job.
#[derive(Debug, Default)]
pub struct Launches(RefCell<BTreeMap<String, String>>);

impl Launches {
    /// Those of a journal.
    pub fn of(entries: &[Entry]) -> Launches {
        let launches = Launches::default();
        for entry in entries {
            if let Body::Outcome { step, outcome, .. } = &entry.body {
                launches.note(step, outcome);
            }
        }
        launches
    }

    /// Notes the job that an effect has started.
    pub(super) fn note(&self, step: &Step, outcome: &Outcome) {
        let Outcome::Ok { value } = outcome else { return };
        if step.operation != LAUNCH {
            return;
        }
        if let (Some(job), Some(wave)) = (value["job"]["job_id"].as_str(), wave_of(&step.lane)) {
            self.0.borrow_mut().insert(job.to_owned(), wave);
        }
    }

    /// Says whose a job is that AWS does not show, where the journal knows.
    pub(super) fn add(&self, call: &Call, what: &mut Consequences) {
        let launches = self.0.borrow();
        let origin = |job: &str| {
            launches.get(job).map(|wave| Origin {
                execution: call.execution.clone(),
                nonce: call.nonce.clone(),
                wave: wave.clone(),
            })
        };
        for touch in &mut what.touches {
            if let Maker::HiddenDrill { job } = &touch.maker
                && let Some(origin) = origin(job)
            {
                touch.maker = Maker::Drill(origin);
            }
            let replaces = touch.launch.iter_mut().flat_map(|launch| &mut launch.replaces);
            for replaced in replaces.filter(|replaced| replaced.origin.is_none()) {
                replaced.origin = origin(&replaced.job);
                // What is being launched unseen stays hidden: the door lets no wave launch beside it.
                let is_there = !replaced.instance.is_empty();
                replaced.is_hidden &= replaced.origin.is_none() || !is_there;
            }
        }
    }
}

/// The operation that launches.
pub const LAUNCH: &str = "drs.start_recovery";

/// The wave whose attempt a lane belongs to.
fn wave_of(lane: &Lane) -> Option<String> {
    let root = lane.root();
    Some(root.as_str().rsplit_once('#')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::effect::{Launch, Replaced, Touch};
    use crate::history::canonical::Hash;
    use crate::history::{Class, Key};

    fn launched(job: &str) -> Launches {
        let lane = Lane::of_wave("database", 2).branch(1, 3);
        let (key, hash) = (Key::of("x", &lane, 1), Hash::of(b"{}"));
        let (operation, class) = (LAUNCH.to_owned(), Class::Tagged);
        let site = String::new();
        let step = Step { lane, position: 1, operation, class, hash, key, site, arguments: None };
        let launches = Launches::default();
        launches.note(&step, &Outcome::Ok { value: json!({ "job": { "job_id": job } }) });
        launches
    }

    #[test]
    fn a_job_of_ours_that_does_not_show_is_ours_all_the_same() {
        let lane = Lane::of_wave("web", 1);
        let call = Call {
            execution: "x".into(),
            nonce: "n".into(),
            wave: "web".into(),
            key: Key::of("x", &lane, 1),
            lane,
            position: 1,
            operation: LAUNCH.into(),
            arguments: json!({}),
        };
        let hidden = |job: &str| {
            let replaced = Replaced {
                instance: "i-1".into(),
                job: job.into(),
                drill: true,
                origin: None,
                is_hidden: true,
            };
            let launch = Launch { drill: true, name: None, replaces: vec![replaced] };
            let mut launch = Touch::launch("s-1", launch);
            launch.maker = Maker::HiddenDrill { job: job.into() };
            Consequences { touches: vec![launch], ..Consequences::default() }
        };
        let mut what = hidden("drsjob-1");
        launched("drsjob-1").add(&call, &mut what);
        let ours = Origin { execution: "x".into(), nonce: "n".into(), wave: "database".into() };
        let replaced = &what.touches[0].launch.as_ref().unwrap().replaces[0];
        assert_eq!((&replaced.origin, replaced.is_hidden), (&Some(ours.clone()), false));
        assert_eq!(what.touches[0].maker, Maker::Drill(ours));
        let mut what = hidden("drsjob-1");
        let launch = what.touches[0].launch.as_mut().unwrap();
        launch.replaces[0].instance.clear();
        launched("drsjob-1").add(&call, &mut what);
        let replaced = &what.touches[0].launch.as_ref().unwrap().replaces[0];
        assert!(replaced.is_hidden && replaced.origin.is_some(), "how far it is cannot be seen");
        let (mut what, same) = (hidden("drsjob-2"), hidden("drsjob-2"));
        launched("drsjob-1").add(&call, &mut what);
        assert_eq!(what.touches, same.touches, "it cannot be seen whose it is");
    }
}
