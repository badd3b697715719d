//! The last moment at which a call can be kept back: it is signed, and not on the wire yet.
//!
//! Between the door's own question and this one lie credentials that are renewed, perhaps over the network. Behind it
//! lies the connection, which takes its time where it is a new one, and in which a process can be stopped: so the
//! request's body asks once more, when it is about to be written. A call that is kept back has certainly not happened,
//! because a service does nothing before it has the whole request; it is sent once the lease is renewed. What is left
//! is the way from there to the socket, and a request without a body, which is asked but once: no binding that changes
//! the world sends one today.

use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextMut,
};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
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
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let pulse = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(pulse) = pulse else { return Ok(()) };
        if !pulse.is_fresh() {
            return Err(kept_back());
        }
        let refused = Refused::default();
        config.interceptor_state().store_put(refused.clone());
        let body = context.request_mut().body_mut();
        let inner = mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Written { inner, asks: Some((pulse, refused)) });
        Ok(())
    }

    /// An HTTP/2 connection resets the stream of a body that fails, and does not say why.
    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let refused = config.load::<Refused>().is_some_and(|it| it.0.load(Ordering::Acquire));
        if let Some(answer @ Err(_)) = context.output_or_error_mut()
            && refused
        {
            *answer = Err(OrchestratorError::connector(ConnectorError::user(kept_back())));
        }
        Ok(())
    }
}

fn kept_back() -> BoxError {
    let message = "the lease of its execution may be another runner's by now";
    EffectError::new("LeaseUncertain", message).as_unavailable(Unavailable::Lease).into()
}

/// Whether the body of a request has refused to be written: nothing of it has left.
#[derive(Clone, Debug, Default)]
struct Refused(Arc<AtomicBool>);

impl Storable for Refused {
    type Storer = StoreReplace<Refused>;
}

/// The body of a request, which asks the pulse when it begins to be written.
struct Written {
    inner: SdkBody,
    asks: Option<(Pulse, Refused)>,
}

impl Body for Written {
    type Data = <SdkBody as Body>::Data;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, BoxError>>> {
        if let Some((pulse, refused)) = self.asks.take()
            && !pulse.is_fresh()
        {
            refused.0.store(true, Ordering::Release);
            return Poll::Ready(Some(Err(kept_back())));
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
