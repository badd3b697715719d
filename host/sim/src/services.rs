//! The services of the pretend world: one line each.

use crate::plug::Plug;
use crate::{drs, ec2, ssm, sts};

/// Every service that is simulated. Of two that are sure of an unsigned message the first gets it.
pub(crate) static SERVICES: &[Plug] = &[
    drs::PLUG, // Elastic Disaster Recovery
    ec2::PLUG, // Elastic Compute Cloud
    ssm::PLUG, // Systems Manager
    sts::PLUG, // Security Token Service
];
