//! The last moment at which a call can be kept back: it is signed, and not on the wire yet.
//!
//! Between the door's own question and this one lie credentials that are renewed, perhaps over the network; behind
//! it only a connection. A call that is kept back here has certainly not happened; it is sent once the lease is
//! renewed.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use moontide_runtime::effect::{EffectError, Trouble};
use moontide_runtime::store::Pulse;

/// Asks the pulse of the lease before anything leaves. Without one, everything may.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaving(Arc<Mutex<Option<Pulse>>>);

impl Leaving {
    /// Nothing leaves any more while this is not fresh. A later lease of the same runner takes the place of this one.
    pub(crate) fn heed(&self, pulse: &Pulse) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(pulse.clone());
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
        let pulse = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if pulse.is_none_or(|pulse| pulse.is_fresh()) {
            return Ok(());
        }
        let message = "the lease of its execution may be another runner's by now";
        Err(EffectError::new("LeaseUncertain", message).as_trouble(Trouble::Lease).into())
    }
}
