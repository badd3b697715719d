//! The two operations by which a session talks to its desk. What is typed is journaled as what a read returned, and
//! what is shown as what it was given: a session that goes on asks for nothing, and shows nothing, a second time.

use std::rc::Rc;

use async_trait::async_trait;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Operation, Reply, arguments,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::desk::{Desk, Input, Typed};
use super::permit::Permit;

/// The operation that asks for a line.
pub(super) const NEXT_LINE: &str = "session.next_line";

/// `session.next_line`: what the operator types next.
pub(super) struct NextLine {
    pub(super) desk: Rc<dyn Desk>,
    pub(super) permit: Rc<Permit>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    number: u64,
}

#[async_trait(?Send)]
impl Operation for NextLine {
    fn name(&self) -> &'static str {
        NEXT_LINE
    }

    fn class(&self) -> Class {
        Class::Read
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        arguments::check::<Asked>(self.name(), arguments)
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, call: &Call) -> Reply {
        let number = match arguments::read::<Asked>(self.name(), &call.arguments) {
            Ok(asked) => asked.number,
            Err(error) => return Reply::failed(error),
        };
        let may_write = self.permit.is_given();
        let input = self.desk.next(Typed { number, may_write }).await;
        self.permit.is_used();
        Reply::ok(match input {
            Input::Line(text) => json!({ "text": text }),
            Input::More => json!({ "more": true }),
            Input::Write(may_write) => {
                self.permit.set(may_write);
                json!({ "may_write": may_write })
            }
            Input::End => json!({ "ends": true }),
        })
    }
}

/// The operation that shows what came of a line.
pub(super) const SHOW: &str = "session.show";

/// `session.show`: what came of a line.
pub(super) struct Show(pub(super) Rc<dyn Desk>);

#[async_trait(?Send)]
impl Operation for Show {
    fn name(&self) -> &'static str {
        SHOW
    }

    fn class(&self) -> Class {
        Class::Pure
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        Ok(arguments.clone())
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, call: &Call) -> Reply {
        self.0.show(&call.arguments);
        Reply::ok(Value::Bool(true))
    }
}
