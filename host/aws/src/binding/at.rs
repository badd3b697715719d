//! Where a binding is performed.

use std::marker::PhantomData;

use moontide_runtime::effect::{Call, Place};

use super::{Binding, Paging};
use crate::attempts::Attempts;
use crate::aws::Aws;
use crate::plug::Service;

/// The surroundings of one call of the binding `B`.
pub(crate) struct At<'a, B> {
    /// The clients of the session, and what else all operations share.
    pub(crate) aws: &'a Aws,
    pub(crate) call: &'a Call,
    /// The page that is asked for, if the binding answers page by page.
    pub(crate) paging: Paging,
    pub(super) binding: PhantomData<B>,
}

/// The client of the service that a binding belongs to.
type ClientOf<B> = <<B as Binding>::Service as Service>::Client;

impl<B: Binding> At<'_, B> {
    /// The client to make the call with: it sends as often as the class of the binding allows.
    pub(crate) fn client(&self) -> ClientOf<B> {
        self.with(Attempts::of(B::CLASS))
    }

    /// A client of the same service to look something up with: it may send several times.
    pub(crate) fn reading(&self) -> ClientOf<B> {
        self.with(Attempts::Several)
    }

    /// A client of the same service that sends so often.
    pub(crate) fn with(&self, attempts: Attempts) -> ClientOf<B> {
        self.aws.client::<B::Service>(self.region(), attempts)
    }

    /// The Region of the clients: of a global service it only says which partition of AWS is meant.
    pub(crate) fn region(&self) -> &str {
        self.aws.region_of(self.call)
    }

    /// Where the call acts, for the policy.
    pub(super) fn place(&self) -> Place {
        if B::Service::IS_GLOBAL { Place::Global } else { Place::Region(self.region().to_owned()) }
    }
}
