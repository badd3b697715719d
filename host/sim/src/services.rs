//! The services of the pretend world: one line each.

use crate::plug::Plug;

/// Every service that is simulated. Of two that are sure of an unsigned message the first gets it.
pub(crate) static SERVICES: &[Plug] = &[
    crate::drs::PLUG,     // Elastic Disaster Recovery
    crate::ec2::PLUG,     // Elastic Compute Cloud
    crate::route53::PLUG, // Route 53
    crate::ssm::PLUG,     // Systems Manager
    crate::sts::PLUG,     // Security Token Service
];
