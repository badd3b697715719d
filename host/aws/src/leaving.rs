//! The last moment at which a call can be kept back: it is signed, and not on the wire yet.
//!
//! Between the door's own question and this one lie credentials that are renewed, perhaps over the network; behind
//! it only a connection. A call that is kept back here has certainly not happened; it is sent once the lease is
//! renewed.

use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use moontide_runtime::effect::{EffectError, Trouble};
use moontide_runtime::store::Pulse;

/// Asks the pulse of the lease before anything leaves. Without one, everything may.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaving(Arc<OnceLock<Pulse>>);

impl Leaving {
    /// Nothing leaves any more while this is not fresh.
    pub(crate) fn heed(&self, pulse: &Pulse) {
        // A world belongs to one runner.
        let _ = self.0.set(pulse.clone());
    }
}

impl Intercept for Leaving {
    fn name(&self) -> &'static str {
        "Leaving"
    }

    fn modify_before_transmit(
        &self,
        _context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.get().is_none_or(Pulse::is_fresh) {
            return Ok(());
        }
        let message = "the lease of its execution may be another runner's by now";
        Err(EffectError::new("LeaseUncertain", message).as_trouble(Trouble::Lease).into())
    }
}
