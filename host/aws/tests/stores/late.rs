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
    for is_there in [false, true] {
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
        let condition = if is_there {
            Condition::At(place.open().change(&change(1, Condition::New)).await.unwrap())
        } else {
            Condition::New
        };
        let (late, made) = (place.open(), change(2, condition));
        let runtime = tokio::runtime::Handle::current();
        let (say, said) = std::sync::mpsc::channel();
        let proxy = Dynamo::shared().proxied(move |asked, phase| {
            // It has looked for its mark, and is about to read the document.
            if phase == Phase::Before && asked.number == 2 {
                let (late, made) = (std::sync::Arc::clone(&late), made.clone());
                let (done, waiting) = std::sync::mpsc::channel();
                runtime.spawn(async move { done.send(late.change(&made).await).unwrap() });
                say.send(waiting.recv().unwrap()).unwrap();
            }
            Action::Pass
        });
        let again = place.at(&proxy.endpoint()).change(&change(2, condition)).await;
        let first = said.try_recv().expect("the first one was made").expect("it is taken");
        assert_eq!(again, Ok(first));
        let document = place.open().document(OF_EXECUTIONS, "x/a").await.unwrap().unwrap();
        assert_eq!((document.version, document.body), (first, json!(2)));
    }
}
