//! What a drill has left behind in one Region, as far as its journal knows: what is named with certainty, and what may be
//! there for all the journal tells. Each operation says itself what it leaves; nothing here knows one by its name.

use std::collections::BTreeMap;

use moontide_aws::services;
use moontide_runtime::journal::{Entry, Execution};
use moontide_runtime::scheduler::{Left, left_behind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::before;
use crate::error::{CommandError, Result, code};

/// The param of a cleanup that lists it.
const LEFT: &str = "left";

/// What there is to clean up in one Region.
#[derive(Debug, Default, PartialEq)]
pub struct Launched {
    /// Where.
    region: String,
    /// What each effect has left.
    left: Vec<Left>,
}

/// What one effect has left, as a cleanup is given it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    operation: String,
    put_away_by: String,
    key: String,
    since: String,
    about: Vec<String>,
    named: Vec<String>,
    is_doubtful: bool,
}

impl Launched {
    /// What the journal of a drill says, for each Region in which there is something; the drill's first Region,
    /// which is `home`, comes first.
    pub fn by_region(entries: &[Entry], home: &str) -> Vec<Launched> {
        let mut all = vec![Launched { region: home.to_owned(), ..Launched::default() }];
        for left in left_behind(entries, services::leaves) {
            let region = left.region.as_deref().unwrap_or(home).to_owned();
            match all.iter_mut().find(|it| it.region == region) {
                Some(there) => there.left.push(left),
                None => all.push(Launched { region, left: vec![left] }),
            }
        }
        all.retain(|it| !it.left.is_empty());
        all
    }

    /// Where it is.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// What was certainly made, by its ids: each once, in order.
    pub fn named(&self) -> Vec<String> {
        let mut named: Vec<String> = Vec::new();
        for id in self.left.iter().flat_map(|it| &it.named) {
            if !named.contains(id) {
                named.push(id.clone());
            }
        }
        named
    }

    /// The same as a param of a cleanup.
    pub fn param(&self) -> Result<(String, String)> {
        let items: Vec<Item> = self.left.iter().map(Item::of).collect();
        let text = serde_json::to_string(&items);
        let text = text.map_err(|error| CommandError::new(code::INTERNAL, error.to_string()))?;
        Ok((LEFT.to_owned(), text))
    }

    /// Whether a cleanup that was begun knows of all of it.
    pub fn is_known_to(&self, cleanup: &Execution) -> bool {
        let Some(known) = known(&cleanup.params) else {
            return before::is_known(&self.left, &cleanup.params);
        };
        let is_named = |id: &String| known.iter().any(|it| it.named.contains(id));
        let is_doubted = |key: &String| known.iter().any(|it| it.is_doubtful && it.key == *key);
        self.left.iter().all(|left| {
            left.named.iter().all(is_named) && (!left.is_doubtful || is_doubted(&left.key))
        })
    }
}

/// What a cleanup was given; `None` of one that an earlier release has begun.
fn known(params: &BTreeMap<String, Value>) -> Option<Vec<Item>> {
    serde_json::from_value(params.get(LEFT)?.clone()).ok()
}

impl Item {
    fn of(left: &Left) -> Item {
        Item {
            operation: left.operation.clone(),
            put_away_by: left.put_away_by.to_owned(),
            key: left.key.clone(),
            since: left.since.to_string(),
            about: left.about.clone(),
            named: left.named.clone(),
            is_doubtful: left.is_doubtful,
        }
    }
}

#[cfg(test)]
mod tests {
    use moontide_runtime::effect::{Class, Key, Lane, Outcome};
    use moontide_runtime::journal::{Body, Step, canonical};
    use serde_json::json;

    use super::*;

    /// Two effects: the first has started a job in Ireland, the end of the other was not seen.
    fn journal() -> [Entry; 3] {
        let step = |position: u32, asked: Value| {
            let lane = Lane::of_wave("db", 1);
            let key = Key::of("drill", &lane, position);
            let (operation, class) = ("drs.start_recovery".to_owned(), Class::Tagged);
            let (hash, arguments) = (canonical::hash(&asked), Some(asked));
            Step { lane, position, operation, class, hash, key, site: String::new(), arguments }
        };
        let asked = json!({ "source_servers": [{ "source_server_id": "s-1" }], "is_drill": true });
        let mut elsewhere = asked.clone();
        elsewhere["region"] = "eu-west-1".into();
        let outcome = Outcome::Ok { value: json!({ "job": { "job_id": "drsjob-1" } }) };
        let ended = Body::Outcome {
            step: Step { arguments: None, ..step(1, elsewhere.clone()) },
            attempt: 1,
            outcome,
            request_id: None,
            adopted: false,
        };
        let bodies = [
            Body::Intent { step: step(1, elsewhere), attempt: 1 },
            ended,
            Body::Intent { step: step(2, asked), attempt: 1 },
        ];
        let mut second = 0;
        bodies.map(|body| {
            second += 1;
            let at = jiff::Timestamp::from_second(second).unwrap();
            Entry { sequence: second.unsigned_abs(), epoch: 1, at, body }
        })
    }

    #[test]
    fn what_was_launched_elsewhere_is_no_job_of_this_region() {
        let sizes = |home: &str| {
            let all = Launched::by_region(&journal(), home);
            let doubtful = |it: &Launched| it.left.iter().filter(|left| left.is_doubtful).count();
            let sizes = all.iter().map(|it| (it.region.clone(), it.named().len(), doubtful(it)));
            sizes.collect::<Vec<_>>()
        };
        let (west, europe) = ("us-west-2".to_owned(), "eu-west-1".to_owned());
        assert_eq!(sizes("us-west-2"), [(west, 0, 1), (europe.clone(), 1, 0)]);
        assert_eq!(sizes("eu-west-1"), [(europe, 1, 1)]);
        assert!(Launched::by_region(&[], "us-west-2").is_empty());
    }

    #[test]
    fn a_cleanup_is_given_what_was_left_as_a_list_of_tables() {
        let [_, launched] = &Launched::by_region(&journal(), "us-west-2")[..] else {
            panic!("two Regions");
        };
        let (name, text) = launched.param().unwrap();
        let given: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (name.as_str(), &given[0]["about"], &given[0]["named"], &given[0]["is_doubtful"]),
            ("left", &json!(["s-1"]), &json!(["drsjob-1"]), &json!(false))
        );
        assert_eq!(given[0]["put_away_by"], "drs.terminate_recovery_instances");
        assert_eq!(given[0]["since"], "1970-01-01T00:00:01Z");
    }
}
