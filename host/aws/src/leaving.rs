//! The last moment at which a call can be kept back: it is signed, and not on the wire yet.
//!
//! Between the door's own question and this one lie credentials that are renewed, perhaps over the network. Behind it
//! lies the connection, which takes its time where it is a new one, and in which a process can be stopped: so the
//! request's body asks once more, when it is about to be written. A call that is kept back has certainly not happened,
//! because a service does nothing before it has the whole request; it is sent once the lease is renewed. What is left
//! is the way from there to the socket.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body::{Body, Frame, SizeHint};
use moontide_runtime::effect::{EffectError, Unavailable};
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
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let pulse = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(pulse) = pulse else { return Ok(()) };
        ask(&pulse)?;
        let body = context.request_mut().body_mut();
        let written = mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Written { inner: written, pulse: Some(pulse) });
        Ok(())
    }
}

fn ask(pulse: &Pulse) -> Result<(), BoxError> {
    if pulse.is_fresh() {
        return Ok(());
    }
    let message = "the lease of its execution may be another runner's by now";
    Err(EffectError::new("LeaseUncertain", message).as_unavailable(Unavailable::Lease).into())
}

/// The body of a request, which asks the pulse when it begins to be written.
struct Written {
    inner: SdkBody,
    pulse: Option<Pulse>,
}

impl Body for Written {
    type Data = <SdkBody as Body>::Data;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, BoxError>>> {
        if let Some(pulse) = self.pulse.take()
            && let Err(kept) = ask(&pulse)
        {
            return Poll::Ready(Some(Err(kept)));
        }
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        Body::is_end_stream(&self.inner)
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.inner)
    }
}
