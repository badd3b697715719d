//! A write that the store did not answer in time, and that comes through while it is made again.

use moontide_runtime::effect::state::OF_EXECUTIONS;
use moontide_runtime::effect::{Key, Lane};
use moontide_runtime::store::{Behalf, Change, Condition, Documents};
use serde_json::json;

use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Phase};
use crate::given::{leased, moment};
use crate::place::Place;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_same_effect_has_written_meanwhile_is_no_conflict() {
    for condition in [Condition::New, Condition::At(1)] {
        let place = Place::in_a_table().await;
        let lease = leased(&*place.open()).await;
        let change = |position, condition| Change {
            kind: OF_EXECUTIONS.to_owned(),
            name: "x/a".to_owned(),
            body: Some(json!(position)),
            condition,
            at: moment(3),
            by: "x".to_owned(),
            behalf: Some(Behalf {
                lease: lease.clone(),
                key: Key::of("x", &Lane::of_wave("database", 1), position),
            }),
        };
        let last = u64::from(condition != Condition::New);
        if last > 0 {
            place.open().change(&change(1, Condition::New)).await.unwrap();
        }
        let (late, made) = (place.open(), change(2, condition));
        let runtime = tokio::runtime::Handle::current();
        let proxy = Dynamo::shared().proxied(move |asked, phase| {
            // It has looked for its mark, and is about to read the document.
            if phase == Phase::Before && asked.number == 2 {
                let (late, made) = (std::sync::Arc::clone(&late), made.clone());
                let (done, waiting) = std::sync::mpsc::channel();
                runtime.spawn(async move { done.send(late.change(&made).await).unwrap() });
                assert_eq!(waiting.recv().unwrap(), Ok(last + 1));
            }
            Action::Pass
        });
        let again = place.at(&proxy.endpoint()).change(&change(2, condition)).await;
        assert_eq!(again, Ok(last + 1));
        let document = place.open().document(OF_EXECUTIONS, "x/a").await.unwrap().unwrap();
        assert_eq!((document.version, document.body), (last + 1, json!(2)));
    }
}
