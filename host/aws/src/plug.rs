//! A service, as this crate takes it.
//!
//! A service lives in a folder of its own, says what it is in its `plug.rs`, and is one line of
//! [`SERVICES`](crate::services::SERVICES). Where it needs something else, this file should learn to ask for it.

use std::rc::Rc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use moontide_runtime::effect::{Leaves, Operation};

use crate::aws::Aws;

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
    /// What runbooks may ask of it, one line each.
    const OPERATIONS: &'static [Line];

    /// Makes a client, to whose requests and answers these listen.
    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Self::Client;
}

/// An operation as a line in the list of its service: [`looks`](crate::binding::looks) and
/// [`changes`](crate::binding::changes) make one of a binding.
pub(crate) struct Line {
    /// The name that runbooks use.
    pub(crate) name: &'static str,
    /// What a call of it leaves behind, for a cleanup.
    pub(crate) leaves: Option<Leaves>,
    /// The operation, in the company of the clients that it calls.
    pub(crate) open: fn(&Rc<Aws>) -> Box<dyn Operation>,
}

/// A service as a line in the list of services.
pub(crate) struct Plug {
    /// See [`Service::ENDPOINT_VARIABLE`].
    pub(crate) endpoint_variable: &'static str,
    /// See [`Service::OPERATIONS`].
    pub(crate) operations: &'static [Line],
}

impl Plug {
    /// The line of a service.
    pub(crate) const fn of<S: Service>() -> Plug {
        Plug { endpoint_variable: S::ENDPOINT_VARIABLE, operations: S::OPERATIONS }
    }
}
