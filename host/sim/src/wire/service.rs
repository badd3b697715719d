//! A service by its names, and its claim to a request.

use super::message::Message;

/// A service, as a signature and a world file name it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// As in the scope of a signature: `drs`.
    pub(crate) name: &'static str,
    /// The operations that are simulated, as in the service's model.
    pub(crate) operations: &'static [&'static str],
}

/// The operation that a request asks of a service. A signature says which service is meant; the claims of the
/// services decide where an unsigned request goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The request carries a mark of this service alone.
    Sure(String),
    /// The request may be meant for this service, if no other one is sure.
    Likely(String),
}

impl Claim {
    /// The operation's name, known or not.
    pub(crate) fn operation(self) -> String {
        let (Self::Sure(operation) | Self::Likely(operation)) = self;
        operation
    }
}

/// A request that has found its service.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) service: &'static Service,
    /// As the caller named it; the service may have none of this name.
    pub(crate) operation: String,
    pub(crate) message: Message,
}

impl Request {
    /// The Region for which it is signed; `None` for an unsigned request.
    pub(crate) fn region(&self) -> Option<&str> {
        self.message.scope.as_ref().map(|scope| scope.region.as_str())
    }

    /// The operation's name, if the service has it; callers may make up any number of others.
    pub(crate) fn known(&self) -> Option<&'static str> {
        self.service.operations.iter().copied().find(|name| *name == self.operation)
    }
}
