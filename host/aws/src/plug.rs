//! A service, as this crate takes it.
//!
//! A service lives in a folder of its own, says what it is in its `plug.rs` and what runbooks may ask of it in its
//! `operations.rs`, and is one line of [`SERVICES`](crate::services::SERVICES). Where it needs something else, this file should learn to ask for it.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

/// What a service says of itself.
pub(crate) trait Service: 'static {
    /// The SDK's client of it. Clones share their connections.
    type Client: Clone + 'static;
    /// Its name in runbooks, before the dot of its operations.
    const NAME: &'static str;
    /// The environment variable by which the SDK finds another endpoint for it.
    const ENDPOINT_VARIABLE: &'static str;
    /// Whether it has no Region, as IAM: then its operations take none, and act in the account as a whole.
    const IS_GLOBAL: bool = false;

    /// Makes a client, to whose requests and answers these listen.
    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Self::Client;
}
