//! AWS as the engine sees it: the operations of all [`SERVICES`].

use std::rc::Rc;
use std::sync::Arc;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Key, Operation, Sight, World};
use moontide_runtime::store::Pulse;

use crate::aws::{Aws, Settings};
use crate::services::SERVICES;
use crate::session::Session;

/// AWS, as one execution reaches it.
pub struct AwsWorld {
    aws: Rc<Aws>,
    operations: Vec<Box<dyn Operation>>,
}

impl AwsWorld {
    /// The world behind `session`. Calls that name no Region go to `region`, the execution's first;
    /// all waiting is done on `clock`.
    pub fn new(
        session: Session,
        region: impl Into<String>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> AwsWorld {
        let aws = Rc::new(Aws::new(session, region.into(), clock, settings));
        let lines = SERVICES.iter().flat_map(|service| service.operations);
        AwsWorld { operations: lines.map(|line| (line.open)(&aws)).collect(), aws }
    }
}

impl World for AwsWorld {
    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        self.operations.iter().find(|it| it.name() == name).map(|it| &**it)
    }

    fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.operations.iter().map(|it| it.name()).collect();
        names.sort_unstable();
        names
    }

    fn sight(&self, key: &Key) -> Sight {
        self.aws.sights.open(key)
    }

    fn belongs_to(&self, account: &str) {
        self.aws.belong_to(account);
    }

    fn heed(&self, pulse: &Pulse) {
        self.aws.leaving.heed(pulse);
    }
}
