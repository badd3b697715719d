//! The services that runbooks may ask something of: one line each.

use moontide_runtime::effect::{Class, Leaves};

use crate::binding::Line;
use crate::plug::Service;
use crate::{drs, ec2, route53, ssm, sts};

/// Every service.
pub(crate) static SERVICES: &[Plug] = &[
    Plug::of::<drs::Drs>(drs::OPERATIONS), // Elastic Disaster Recovery
    Plug::of::<ec2::Ec2>(ec2::OPERATIONS), // Elastic Compute Cloud
    Plug::of::<route53::Route53>(route53::OPERATIONS), // Route 53
    Plug::of::<ssm::Ssm>(ssm::OPERATIONS), // Systems Manager
    Plug::of::<sts::Sts>(sts::OPERATIONS), // Security Token Service
];

/// A service as a line in the list of services.
pub(crate) struct Plug {
    /// See [`Service::ENDPOINT_VARIABLE`].
    pub(crate) endpoint_variable: &'static str,
    /// What runbooks may ask of it.
    pub(crate) operations: &'static [Line],
}

impl Plug {
    /// The line of a service.
    const fn of<S: Service>(operations: &'static [Line]) -> Plug {
        Plug { endpoint_variable: S::ENDPOINT_VARIABLE, operations }
    }
}

/// The names of all operations.
pub fn names() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().flat_map(|service| service.operations).map(|line| line.name)
}

/// All operations, and what a crash in the middle of each means.
pub fn classes() -> impl Iterator<Item = (&'static str, Class)> {
    let lines = SERVICES.iter().flat_map(|service| service.operations);
    lines.map(|line| (line.name, line.class))
}

/// What the calls of an operation leave behind, if anything: for a cleanup, which asks without a session.
pub fn leaves(operation: &str) -> Option<Leaves> {
    let lines = SERVICES.iter().flat_map(|service| service.operations);
    lines.into_iter().find(|line| line.name == operation)?.leaves
}

/// The environment variables by which the SDK finds another endpoint for one of the services. They win over
/// `AWS_ENDPOINT_URL`.
pub fn endpoint_variables() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.endpoint_variable)
}
