//! What all operations of one session share: clients, the clock, the account.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Call, EffectError, Origin};

use crate::attempts::Attempts;
use crate::aws_time::AwsTime;
use crate::clients::Clients;
use crate::drs::poller::JobPoller;
use crate::error::failed;
use crate::leaving::Leaving;
use crate::plug::Service;
use crate::session::Session;
use crate::settle::SettleWindow;
use crate::sights::Sights;
use crate::sts::Sts;

/// What may be tuned about the world.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where polls get their jitter from: two processes with different seeds do not poll in step.
    pub seed: u64,
    /// How long to keep looking for a job or command before it counts as never started.
    pub settle: SettleWindow,
}

/// The clients of one session, and what else its operations share.
pub(crate) struct Aws {
    session: Session,
    /// Where a call goes that names no Region: the execution's first.
    region: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    /// All waiting for jobs in this process.
    pub(crate) jobs: JobPoller,
    /// What calls have seen that look again and again.
    pub(crate) sights: Sights,
    clients: Clients,
    account: OnceCell<String>,
    /// AWS's own time.
    time: AwsTime,
    /// What keeps calls back whose runner may have lost its lease.
    pub(crate) leaving: Leaving,
    /// The executions that started the jobs that were looked up, by Region and job: a job's tags stay what they are.
    origins: RefCell<HashMap<(String, String), Option<Origin>>>,
}

impl Aws {
    pub(crate) fn new(
        session: Session,
        region: String,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Aws {
        let (clients, sights) = (Clients::default(), Sights::default());
        let (account, origins) = (OnceCell::new(), RefCell::default());
        let time = AwsTime::by(Arc::clone(&clock));
        let jobs = JobPoller::new(Arc::clone(&clock), time.clone(), settings.seed);
        if let Some(keys) = session.keys() {
            keys.timed_by(time.clone());
        }
        let leaving = Leaving::default();
        Aws {
            session,
            region,
            clock,
            settings,
            jobs,
            sights,
            clients,
            account,
            time,
            leaving,
            origins,
        }
    }

    /// The Region a call acts in.
    pub(crate) fn region_of<'a>(&'a self, call: &'a Call) -> &'a str {
        call.arguments.get("region").and_then(|it| it.as_str()).unwrap_or(&self.region)
    }

    /// A client to read with on behalf of `call`: the SDK may try several times.
    pub(crate) fn reading<S: Service>(&self, call: &Call) -> S::Client {
        self.client::<S>(self.region_of(call), Attempts::Several)
    }

    /// The client of a service in `region` that sends so often.
    pub(crate) fn client<S: Service>(&self, region: &str, attempts: Attempts) -> S::Client {
        self.clients.of(region, attempts, || {
            S::client(&self.config(region, attempts), self.listeners(attempts))
        })
    }

    /// From now on nothing is signed by credentials of another account.
    pub(crate) fn belong_to(&self, account: &str) {
        let Some(keys) = self.session.keys() else { return };
        // STS is asked with the credentials in question.
        let mut config = self.config(&self.region, Attempts::One).into_builder();
        config.set_credentials_provider(None);
        let sts = aws_sdk_sts::config::Builder::from(&config.build());
        keys.belong_to(account, sts.interceptor(self.time.clone()).interceptor(keys.clone()));
    }

    /// What reads every answer: what time it is, and whether the credentials are accepted; and what keeps back what
    /// may change something.
    fn listeners(&self, attempts: Attempts) -> Vec<SharedInterceptor> {
        let time = SharedInterceptor::new(self.time.clone());
        let keys = self.session.keys().cloned().map(SharedInterceptor::new);
        let leaving = SharedInterceptor::new(self.leaving.clone());
        let leaving = (attempts == Attempts::Leased).then_some(leaving);
        std::iter::once(time).chain(keys).chain(leaving).collect()
    }

    fn config(&self, region: &str, attempts: Attempts) -> SdkConfig {
        let config = self.session.config(region, attempts).into_builder();
        config.time_source(self.time.clone()).build()
    }

    /// The account that the credentials belong to; `None` when STS does not say. Asked once, where they are
    /// what they are for ever, or the session does not judge them.
    pub(crate) async fn account(&self) -> Result<Option<String>, EffectError> {
        if let Some(keys) = self.session.keys()
            && let Some(account) = keys.account().await?
        {
            return Ok(Some(account));
        }
        if let Some(known) = self.account.get() {
            return Ok(Some(known.clone()));
        }
        let sts = self.client::<Sts>(&self.region, Attempts::Several);
        match sts.get_caller_identity().send().await.map_err(|it| failed(&it)) {
            Ok(identity) => {
                let account = identity.account().map(str::to_owned);
                if let Some(account) = &account {
                    // Another lane may have been quicker, with the same answer.
                    let _ = self.account.set(account.clone());
                }
                Ok(account)
            }
            Err(error) if error.unavailable.is_some() => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The execution that started a job, if that was looked up before.
    #[expect(
        clippy::option_option,
        reason = "a job of no execution is not one that was never looked up"
    )]
    pub(crate) fn known_origin(&self, region: &str, job: &str) -> Option<Option<Origin>> {
        self.origins.borrow().get(&(region.to_owned(), job.to_owned())).cloned()
    }

    /// Remembers who started a job.
    pub(crate) fn learn_origin(&self, region: &str, job: &str, origin: Option<Origin>) {
        self.origins.borrow_mut().insert((region.to_owned(), job.to_owned()), origin);
    }

    /// The time as AWS has it, as far as it is known.
    pub(crate) fn aws_now(&self) -> Timestamp {
        self.time.now()
    }
}
