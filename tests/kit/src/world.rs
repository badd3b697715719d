//! A world whose operations are declared in a line each: what it is called, how it behaves in a crash, and, where that
//! matters, what it answers, what it touches, and what a look says about an earlier call.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Finding, Operation, Reply, World,
};
use serde_json::Value;

/// A world of these operations, and of no other.
pub struct TestWorld {
    operations: Vec<TestOperation>,
    performed: Performed,
}

impl TestWorld {
    /// Declares its operations.
    pub fn of(operations: impl IntoIterator<Item = TestOperation>) -> TestWorld {
        let performed = Performed::default();
        let counted = |it| TestOperation { performed: performed.clone(), ..it };
        TestWorld { operations: operations.into_iter().map(counted).collect(), performed }
    }

    /// The count of what it performs, to be looked at while a driver has the world.
    pub fn performed(&self) -> Performed {
        self.performed.clone()
    }
}

impl World for TestWorld {
    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        self.operations.iter().find(|it| it.name == name).map(|it| it as &dyn Operation)
    }

    fn names(&self) -> Vec<&'static str> {
        self.operations.iter().map(|it| it.name).collect()
    }
}

/// How often each operation of a world was performed, whatever came of it.
#[derive(Clone, Default)]
pub struct Performed(Rc<RefCell<BTreeMap<&'static str, u32>>>);

impl Performed {
    /// How often this one was.
    pub fn times(&self, operation: &str) -> u32 {
        self.0.borrow().get(operation).copied().unwrap_or_default()
    }

    /// Counts one more; returns how many that makes.
    fn once_more(&self, operation: &'static str) -> u32 {
        let mut counts = self.0.borrow_mut();
        let count = counts.entry(operation).or_default();
        *count += 1;
        *count
    }
}

/// What is asked with a call, and is answered in time.
type Asked<Answer> = Box<dyn Fn(Call) -> Pin<Box<dyn Future<Output = Answer>>>>;

/// What a call would do, asked before it is made.
type Touches = Box<dyn Fn(&Call) -> Result<Consequences, EffectError>>;

/// An operation as it is declared. Unless more is said it takes any arguments, touches nothing, happens and answers with
/// its arguments; and it cannot be looked up.
pub struct TestOperation {
    name: &'static str,
    class: Class,
    returns: Option<&'static str>,
    check: fn(&Value) -> Result<Value, EffectError>,
    touches: Touches,
    perform: Asked<Reply>,
    reconcile: Option<Asked<Finding>>,
    failures: BTreeMap<u32, EffectError>,
    performed: Performed,
}

impl TestOperation {
    /// One of this name, which behaves like its class in a crash.
    pub fn new(name: &'static str, class: Class) -> TestOperation {
        TestOperation {
            name,
            class,
            returns: None,
            check: |arguments| Ok(arguments.clone()),
            touches: Box::new(|_| Ok(Consequences::default())),
            perform: asked(async |call: Call| Reply::ok(call.arguments)),
            reconcile: None,
            failures: BTreeMap::new(),
            performed: Performed::default(),
        }
    }

    /// It refuses arguments, or fills them in.
    #[must_use]
    pub fn checking(self, check: fn(&Value) -> Result<Value, EffectError>) -> TestOperation {
        TestOperation { check, ..self }
    }

    /// What a person who vouches for a call has to say, as an example in JSON.
    #[must_use]
    pub fn returning(self, example: &'static str) -> TestOperation {
        TestOperation { returns: Some(example), ..self }
    }

    /// What a call would do to the outside.
    #[must_use]
    pub fn touching(
        self,
        touches: impl Fn(&Call) -> Result<Consequences, EffectError> + 'static,
    ) -> TestOperation {
        TestOperation { touches: Box::new(touches), ..self }
    }

    /// What comes of a call, at once.
    #[must_use]
    pub fn answering(self, answer: impl Fn(&Call) -> Reply + 'static) -> TestOperation {
        self.performing(async move |call| answer(&call))
    }

    /// What comes of a call, in time.
    #[must_use]
    pub fn performing(self, perform: impl AsyncFn(Call) -> Reply + 'static) -> TestOperation {
        TestOperation { perform: asked(perform), ..self }
    }

    /// The n-th call fails like this, counted from 1, and is not answered.
    #[must_use]
    pub fn failing(mut self, number: u32, error: EffectError) -> TestOperation {
        self.failures.insert(number, error);
        self
    }

    /// What a look says about an earlier call.
    #[must_use]
    pub fn reconciling(self, look: impl AsyncFn(Call) -> Finding + 'static) -> TestOperation {
        TestOperation { reconcile: Some(asked(look)), ..self }
    }
}

/// Boxes what answers a call.
fn asked<Answer: 'static>(answers: impl AsyncFn(Call) -> Answer + 'static) -> Asked<Answer> {
    let answers = Rc::new(answers);
    Box::new(move |call| {
        let answers = Rc::clone(&answers);
        Box::pin(async move { answers(call).await })
    })
}

#[async_trait(?Send)]
impl Operation for TestOperation {
    fn name(&self) -> &'static str {
        self.name
    }

    fn class(&self) -> Class {
        self.class
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        (self.check)(arguments)
    }

    fn returns(&self) -> Option<&'static str> {
        self.returns
    }

    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError> {
        (self.touches)(call)
    }

    async fn perform(&self, call: &Call) -> Reply {
        match self.failures.get(&self.performed.once_more(self.name)) {
            Some(error) => Reply::failed(error.clone()),
            None => (self.perform)(call.clone()).await,
        }
    }

    async fn reconcile(&self, call: &Call, _intended_at: Timestamp) -> Finding {
        match &self.reconcile {
            Some(look) => look(call.clone()).await,
            None => self.class.without_a_look(self.name),
        }
    }
}
