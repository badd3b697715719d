//! What settings, environment and files lead to: profile, Region, endpoint, HTTP client.
//!
//! `aws-config` knows all the places where these are set; this file only lets flags win, puts the
//! SSM agent's Region behind the usual ones, and says what is wrong in words: the SDK itself reports an
//! unknown profile as "missing signing region", in the middle of the first call.

use std::borrow::Cow;

use aws_config::identity::IdentityCache;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileRegionProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};

use super::SessionError;
use super::keys::Keys;
use super::settings::{SessionSettings, loader, timeouts};
use super::source::Source;
use crate::attempts::Attempts;
use crate::bounded::bounded;

/// Everything that is needed to make clients.
#[derive(Clone, Debug)]
pub struct Session {
    config: SdkConfig,
    /// Its credentials; `None` if they are what they are for ever.
    keys: Option<Keys>,
    /// Where the pretend AWS is that it leads to; `None`: it is the real one, as far as this is known here.
    pretend: Option<String>,
}

/// Where a pretend AWS is that has no address: in the program that opened the session.
pub const IN_PROCESS: &str = "in-process";

impl Session {
    /// Finds out where the settings lead. Asks for no credentials yet.
    pub async fn open(settings: SessionSettings) -> Result<Session, SessionError> {
        Session::open_in(settings, Fs::real(), Env::real()).await
    }

    /// The same with these files and variables.
    #[expect(clippy::default_trait_access, reason = "the type's crate is not one of ours")]
    pub(super) async fn open_in(
        settings: SessionSettings,
        fs: Fs,
        env: Env,
    ) -> Result<Session, SessionError> {
        let override_profile = settings.profile.clone().map(Cow::Owned);
        let profiles = aws_config::profile::load(&fs, &env, &Default::default(), override_profile)
            .await
            .map_err(|source| SessionError::Unreadable { source: Box::new(source) })?;
        check_profile(&profiles)?;
        let client = bounded(settings.http_client.clone().unwrap_or_else(https_client));
        let regions = regions(&settings, profiles.selected_profile(), client.clone());
        let config = loader(&settings, client.clone()).region(regions).load().await;
        let region = config.region().cloned();
        let source = Source { settings, client, region };
        let keys = config.credentials_provider().map(|provider| Keys::of(provider, source));
        Ok(Session { config, keys, pretend: None })
    }

    /// A session with a pretend AWS behind `http_client`: reads no file, no environment.
    pub fn pretend(http_client: SharedHttpClient) -> Session {
        let key = "pretend";
        let credentials = Credentials::new(key, key, None, None, key);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(bounded(http_client))
            .timeout_config(timeouts())
            .build();
        Session { config, keys: None, pretend: Some(IN_PROCESS.to_owned()) }
    }

    /// A session with a pretend AWS at an address that speaks plain HTTP: reads no file, no environment.
    pub fn pretend_at(endpoint_url: &str) -> Session {
        let client = aws_smithy_http_client::Builder::new().build_http();
        let Session { config, keys, .. } = Session::pretend(client);
        let config = config.into_builder().endpoint_url(endpoint_url).build();
        Session { config, keys, pretend: Some(endpoint_url.to_owned()) }
    }

    /// The Region that flags, environment, profile or machine lead to.
    pub fn region(&self) -> Result<&str, SessionError> {
        self.config.region().map(Region::as_ref).ok_or(SessionError::MissingRegion)
    }

    /// Where the pretend AWS is that it leads to: its address, or [`IN_PROCESS`].
    pub fn pretend_place(&self) -> Option<&str> {
        self.pretend.as_deref()
    }

    /// The SDK's configuration for clients in `region`.
    pub(crate) fn config(&self, region: &str, attempts: Attempts) -> SdkConfig {
        let config = self
            .config
            .to_builder()
            .region(Region::new(region.to_owned()))
            .retry_config(attempts.retries(self.config.retry_config()));
        let Some(keys) = &self.keys else { return config.build() };
        // What the SDK keeps by itself, this session would not judge again.
        let config = config.identity_cache(IdentityCache::no_cache());
        config.credentials_provider(SharedCredentialsProvider::new(keys.clone())).build()
    }

    /// Its credentials; `None` if they are what they are for ever.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }
}

/// The profile `default` may be missing; one that the operator named may not.
fn check_profile(profiles: &ProfileSet) -> Result<(), SessionError> {
    let selected = profiles.selected_profile();
    if selected == "default" || profiles.get_profile(selected).is_some() {
        return Ok(());
    }
    let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
    known.sort();
    Err(SessionError::UnknownProfile { profile: selected.to_owned(), known })
}

/// Flag, environment, profile, SSM agent, and last the machine's own metadata, which takes a while
/// to say no.
fn regions(
    settings: &SessionSettings,
    profile: &str,
    client: SharedHttpClient,
) -> RegionProviderChain {
    let machine = ProviderConfig::default().with_http_client(client);
    let region = |name: &Option<String>| name.clone().map(Region::new);
    RegionProviderChain::first_try(region(&settings.region))
        .or_else(aws_config::environment::EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::builder().profile_name(profile).build())
        .or_else(region(&settings.fallback_region))
        .or_else(ImdsRegionProvider::builder().configure(&machine).build())
}

pub(super) fn https_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https()
}
