//! A world with one operation per class, and what really happened in it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use moontide_kit::{TestOperation, TestWorld};
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Evidence, Finding, Place, Reply, Unavailable,
};
use serde_json::{Value, json};

use super::Fuse;

/// What really happened outside: key of the effect to how often, and under which operation.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) done: RefCell<BTreeMap<String, (String, u32)>>,
    /// What `test.tagged` answers next time: lost replies, refusals.
    pub(crate) faults: RefCell<Vec<CallFault>>,
    /// How many look-ups find nothing yet of what happened.
    pub(crate) hidden: Cell<u32>,
    /// Whether the next look-ups, from the last to the first, cannot tell.
    pub(crate) unsure: RefCell<Vec<bool>>,
    /// How many times the world is too busy to say what a call would do.
    pub(crate) busy: Cell<u32>,
}

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CallFault {
    /// It happens, and the reply is lost.
    LostReply,
    /// It does not happen, and no reply says so.
    LostCall,
    /// It is refused, and may be sent again later.
    Throttled,
    /// It is refused for good.
    Conflict,
    /// It does not leave: the lease may be another runner's.
    KeptBack,
}

/// The world of this ledger; the fuse is passed before and after what happens, and before a look.
pub(crate) fn world(ledger: &Rc<Ledger>, fuse: &Arc<Fuse>) -> TestWorld {
    let operation = |name, class| {
        let outside = Outside { name, class, ledger: Rc::clone(ledger), fuse: Arc::clone(fuse) };
        let [asked, called, looked] = [outside.clone(), outside.clone(), outside];
        TestOperation::new(name, class)
            .checking(refuse_what_is_wrong)
            .touching(move |_| asked.consequences())
            .performing(async move |call| called.perform(&call).await)
            .reconciling(async move |call| looked.reconcile(&call).await)
    };
    TestWorld::of([
        operation("test.pure", Class::Pure),
        operation("test.read", Class::Read),
        operation("test.convergent", Class::Convergent),
        operation("test.token", Class::Token),
        operation("test.tagged", Class::Tagged),
        operation("test.once", Class::Once),
        // Its look-up is not sure of what it does not find.
        operation(ELUSIVE, Class::Tagged).returning(r#"{"said":1}"#),
    ])
}

const ELUSIVE: &str = "test.elusive";

fn refuse_what_is_wrong(arguments: &Value) -> Result<Value, EffectError> {
    match arguments.get("wrong") {
        Some(_) => Err(EffectError::new("InvalidArguments", "`wrong` is wrong")),
        None => Ok(arguments.clone()),
    }
}

fn reply(call: &Call) -> Reply {
    Reply::ok(json!({ "said": call.arguments["say"], "key": call.key.as_str() }))
}

/// What an operation does outside.
#[derive(Clone)]
struct Outside {
    name: &'static str,
    class: Class,
    ledger: Rc<Ledger>,
    fuse: Arc<Fuse>,
}

impl Outside {
    fn consequences(&self) -> Result<Consequences, EffectError> {
        let busy = self.ledger.busy.get();
        if busy > 0 && self.class.needs_intent() {
            self.ledger.busy.set(busy - 1);
            return Err(EffectError::new("ThrottlingException", "slow down").retryable());
        }
        Ok(Consequences { place: Place::Region("us-west-2".into()), ..Consequences::default() })
    }

    /// A service that knows tokens does nothing the second time; any other does it again.
    fn happen(&self, call: &Call) {
        let mut done = self.ledger.done.borrow_mut();
        let (_, times) = done.entry(call.key.to_string()).or_insert((self.name.to_owned(), 0));
        if self.class != Class::Token || *times == 0 {
            *times += 1;
        }
    }

    async fn perform(&self, call: &Call) -> Reply {
        assert!(call.arguments.get("panic").is_none(), "the world is a lie");
        let fault =
            if self.class.needs_intent() { self.ledger.faults.borrow_mut().pop() } else { None };
        self.fuse.pass().await;
        tokio::time::sleep(Duration::from_millis(80)).await;
        match fault {
            Some(CallFault::Throttled) => {
                return Reply::failed(
                    EffectError::new("ThrottlingException", "slow down").retryable(),
                );
            }
            Some(CallFault::KeptBack) => {
                let kept = EffectError::new("LeaseUncertain", "the lease may be lost");
                return Reply::failed(kept.as_unavailable(Unavailable::Lease));
            }
            Some(CallFault::Conflict) => {
                return Reply::failed(EffectError::new("ConflictException", "it is busy"));
            }
            Some(CallFault::LostCall) => {
                return Reply::unknown(Evidence::new("the line went dead"));
            }
            _ => self.happen(call),
        }
        self.fuse.pass().await;
        if fault == Some(CallFault::LostReply) {
            return Reply::unknown(Evidence::new("the line went dead"));
        }
        reply(call)
    }

    async fn reconcile(&self, call: &Call) -> Finding {
        self.fuse.pass().await;
        let hidden = self.ledger.hidden.get();
        self.ledger.hidden.set(hidden.saturating_sub(1));
        if self.ledger.unsure.borrow_mut().pop() == Some(true) {
            return Finding::Undecided(Evidence::new("the world did not answer"));
        }
        let happened = hidden == 0 && self.ledger.done.borrow().contains_key(call.key.as_str());
        match self.class {
            Class::Convergent | Class::Tagged if happened => Finding::Happened(reply(call)),
            Class::Tagged if self.name == ELUSIVE => {
                Finding::Undecided(Evidence::new("it may come to light later"))
            }
            Class::Once => Finding::Undecided(Evidence::new("it cannot be told")),
            Class::Token => Finding::Harmless,
            _ => Finding::Absent,
        }
    }
}
