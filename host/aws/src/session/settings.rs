//! What the command line decides about a session, and the loader of the SDK that goes by it.

use std::time::Duration;

use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// What the command line decides about the session; everything else comes from `aws-config`.
#[derive(Clone, Debug, Default)]
pub struct SessionSettings {
    /// The profile, instead of `AWS_PROFILE`.
    pub profile: Option<String>,
    /// The Region, instead of `AWS_REGION` and the profile's.
    pub region: Option<String>,
    /// The Region if neither environment nor profile names one: the SSM agent tells its commands
    /// theirs in `AWS_SSM_REGION_NAME`, and does not set `AWS_REGION`.
    pub fallback_region: Option<String>,
    /// The endpoint of all services, instead of `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    /// The HTTP client, instead of one that speaks HTTPS.
    pub http_client: Option<SharedHttpClient>,
}

/// The loader of everything else, from the environment and the files of AWS.
pub(super) fn loader(settings: &SessionSettings, client: SharedHttpClient) -> ConfigLoader {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(client)
        // It would measure with the time that AWS's answers tell, and count every moment of a clock that is set right;
        // an answer that comes too slowly meets the time-outs.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(timeouts());
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader
}

/// The SDK has no limit for an answer by default: a lost packet would hang a wave for ever. All attempts of a read
/// together have one too: only behind them the runner's patience begins to count, and people are told.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(20))
        .operation_attempt_timeout(Duration::from_secs(45))
        .operation_timeout(Duration::from_mins(1))
        .build()
}
