//! Whose credentials sign a request.
//!
//! Credentials change beneath a runner: they expire, and the operator who renews them may have logged in to another
//! account. What STS said of the first ones says nothing of the next ones. So every attempt of every request
//! gets its credentials here, one at a time, and those that were not seen before are asked themselves, before
//! they sign anything else. Between the judging and the sending there is nothing: what is judged is what signs.
//! When AWS does not accept them, or there are none, they are read anew from where they come from.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use moontide_runtime::effect::{EffectError, Unavailable};

use super::source::Source;
use crate::aws_time::AwsTime;
use crate::error;

/// So long credentials are used that do not say when they expire.
const USUAL_LIFE: Duration = Duration::from_mins(15);
/// So long before they expire they are not used any more.
const MARGIN: Duration = Duration::from_secs(10);
/// So long it may take to get them and to ask whose they are: less than an attempt may, whose time-out would
/// leave it open whether a request was sent.
const LONGEST: Duration = Duration::from_secs(25);

/// The credentials of a session. Clones share them.
#[derive(Clone)]
pub(crate) struct Keys(Arc<Shared>);

struct Shared {
    /// Whether those that are held were refused, or could not be got: they are read anew.
    is_stale: AtomicBool,
    owner: Mutex<Option<Owner>>,
    time: OnceLock<AwsTime>,
    ring: tokio::sync::Mutex<Ring>,
}

/// The account that all credentials must belong to, and where to ask.
#[derive(Clone)]
struct Owner {
    account: String,
    sts: aws_sdk_sts::config::Builder,
}

/// What was found last.
struct Ring {
    source: Source,
    provider: SharedCredentialsProvider,
    held: Option<Held>,
    /// The access key that was asked last, and the account that it belongs to.
    asked: Option<(String, String)>,
}

/// Credentials, and until when they are used.
struct Held {
    credentials: Credentials,
    until: SystemTime,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    /// Those that `provider` provides, which `source` makes anew.
    pub(super) fn of(provider: SharedCredentialsProvider, source: Source) -> Keys {
        let ring = Ring { source, provider, held: None, asked: None };
        Keys(Arc::new(Shared {
            is_stale: AtomicBool::new(false),
            owner: Mutex::default(),
            time: OnceLock::new(),
            ring: tokio::sync::Mutex::new(ring),
        }))
    }

    /// They expire by this time, instead of the machine's.
    pub(crate) fn timed_by(&self, time: AwsTime) {
        // The first one to say so is right.
        let _ = self.0.time.set(time);
    }

    /// From now on only credentials of `account` sign anything, which `sts` is asked with them.
    pub(crate) fn belong_to(&self, account: &str, sts: aws_sdk_sts::config::Builder) {
        let owner = Owner { account: account.to_owned(), sts };
        *self.0.owner.lock().unwrap_or_else(PoisonError::into_inner) = Some(owner);
    }

    /// The account that the credentials belong to which would sign now; `None` if any may.
    pub(crate) async fn account(&self) -> Result<Option<String>, EffectError> {
        let Some(owner) = self.owner() else { return Ok(None) };
        match self.get().await {
            Ok(_) => Ok(Some(owner.account)),
            Err(error) => Err(error::no_credentials(&error)),
        }
    }

    fn owner(&self) -> Option<Owner> {
        self.0.owner.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn now(&self) -> SystemTime {
        self.0.time.get().map_or_else(|| SystemTimeSource::new().now(), TimeSource::now)
    }

    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let got = tokio::time::timeout(LONGEST, async {
            let mut ring = self.0.ring.lock().await;
            if self.0.is_stale.swap(false, Ordering::Relaxed) {
                ring.renew().await;
            }
            let got = ring.owned_by(self.owner(), self.now()).await;
            if got.is_err() {
                self.0.is_stale.store(true, Ordering::Relaxed);
            }
            got
        });
        got.await.unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(LONGEST)))
    }
}

impl Ring {
    /// Reads anew where credentials come from: the SDK reads a file once.
    async fn renew(&mut self) {
        self.held = None;
        if let Some(provider) = self.source.open().await {
            self.provider = provider;
        }
    }

    async fn owned_by(
        &mut self,
        owner: Option<Owner>,
        now: SystemTime,
    ) -> Result<Credentials, CredentialsError> {
        let credentials = self.current(now).await?;
        let Some(Owner { account, sts }) = owner else { return Ok(credentials) };
        let key = credentials.access_key_id();
        let known = self.asked.as_ref().filter(|(asked, _)| asked == key);
        let actual = if let Some((_, actual)) = known {
            actual.clone()
        } else {
            let actual = ask(sts, credentials.clone()).await;
            let actual = actual.map_err(CredentialsError::provider_error)?;
            self.asked = Some((key.to_owned(), actual.clone()));
            actual
        };
        if actual == account {
            return Ok(credentials);
        }
        let message = format!(
            "the execution belongs to the AWS account {account}, and the credentials are {actual}'s now"
        );
        Err(CredentialsError::provider_error(not_accepted("OtherAccount", message)))
    }

    /// Those that are held, while they last; else new ones.
    async fn current(&mut self, now: SystemTime) -> Result<Credentials, CredentialsError> {
        if let Some(held) = self.held.as_ref().filter(|held| now < held.until) {
            return Ok(held.credentials.clone());
        }
        let credentials = self.provider.provide_credentials().await?;
        let until = credentials.expiry().map_or(now + USUAL_LIFE, |expiry| expiry - MARGIN);
        self.held = Some(Held { credentials: credentials.clone(), until });
        Ok(credentials)
    }
}

/// Asks STS whose these credentials are, with themselves.
async fn ask(
    sts: aws_sdk_sts::config::Builder,
    credentials: Credentials,
) -> Result<String, EffectError> {
    let sts = aws_sdk_sts::Client::from_conf(sts.credentials_provider(credentials).build());
    let identity = sts.get_caller_identity().send().await.map_err(|error| {
        let told = error::failed(&error);
        if told.unavailable.is_some() {
            told
        } else {
            told.as_unavailable(Unavailable::Credentials)
        }
    })?;
    let untold =
        || not_accepted("OtherAccount", "STS does not say whose the credentials are".into());
    identity.account().map(str::to_owned).ok_or_else(untold)
}

fn not_accepted(code: &str, message: String) -> EffectError {
    EffectError::new(code, message).as_unavailable(Unavailable::Credentials)
}

/// Notices answers by which AWS does not accept the credentials.
impl Intercept for Keys {
    fn name(&self) -> &'static str {
        "Keys"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        let body = answer.body().bytes().unwrap_or_default();
        let kind = answer.headers().get("x-amzn-errortype").unwrap_or_default();
        if answer.status().is_client_error()
            && (error::names_credentials(kind.as_bytes()) || error::names_credentials(body))
        {
            self.0.is_stale.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl ProvideCredentials for Keys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}
