//! What all operations of one session share: clients per Region, the clock, the account.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Call, Class};
use tokio::sync::OnceCell;

use crate::attempts::Attempts;
use crate::drs::poller::JobPoller;
use crate::session::Session;
use crate::settle::SettleWindow;

/// What may be tuned about the world.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where polls get their jitter from: two processes with different seeds do not poll in step.
    pub seed: u64,
    /// How long to keep looking for a job or command before it counts as never started.
    pub settle: SettleWindow,
}

/// The clients of one session, and what else its operations share.
pub(crate) struct Services {
    session: Session,
    /// Where a call goes that names no Region: the execution's first.
    region: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    /// All waiting for jobs in this process.
    pub(crate) jobs: JobPoller,
    clients: RefCell<HashMap<(String, Attempts), Rc<Clients>>>,
    account: OnceCell<String>,
}

/// A client per service, in one Region, with one idea of retrying.
pub(crate) struct Clients {
    pub(crate) drs: aws_sdk_drs::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
    pub(crate) sts: aws_sdk_sts::Client,
}

impl Services {
    pub(crate) fn new(
        session: Session,
        region: String,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Services {
        let jobs = JobPoller::new(settings.seed);
        let clients = RefCell::default();
        Services { session, region, clock, settings, jobs, clients, account: OnceCell::new() }
    }

    /// The Region a call acts in.
    pub(crate) fn region_of<'a>(&'a self, call: &'a Call) -> &'a str {
        call.arguments.get("region").and_then(|it| it.as_str()).unwrap_or(&self.region)
    }

    /// The clients to read with on behalf of `call`: the SDK may try several times.
    pub(crate) fn reading(&self, call: &Call) -> Rc<Clients> {
        self.clients(self.region_of(call), Attempts::Several)
    }

    /// The clients to perform `call` with, whose operation is of `class`.
    pub(crate) fn clients_for(&self, class: Class, call: &Call) -> Rc<Clients> {
        self.clients(self.region_of(call), Attempts::of(class))
    }

    /// The clients of `region`, made when they are first asked for.
    pub(crate) fn clients(&self, region: &str, attempts: Attempts) -> Rc<Clients> {
        let mut clients = self.clients.borrow_mut();
        let made = clients.entry((region.to_owned(), attempts)).or_insert_with(|| {
            let config = self.session.config(region, attempts);
            Rc::new(Clients {
                drs: aws_sdk_drs::Client::new(&config),
                ec2: aws_sdk_ec2::Client::new(&config),
                ssm: aws_sdk_ssm::Client::new(&config),
                sts: aws_sdk_sts::Client::new(&config),
            })
        });
        Rc::clone(made)
    }

    /// The account that the credentials belong to, asked once; `None` when STS cannot be asked.
    pub(crate) async fn account(&self) -> Option<String> {
        let ask = || async {
            let sts = &self.clients(&self.region, Attempts::Several).sts;
            let identity = sts.get_caller_identity().send().await.map_err(|_| ())?;
            identity.account().map(str::to_owned).ok_or(())
        };
        self.account.get_or_try_init(ask).await.ok().cloned()
    }
}
