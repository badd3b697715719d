//! The services of the pretend world: one line each.

use crate::plug::Plug;
use crate::{drs, ec2, ssm, sts};

/// Every service that is simulated. Of two that are sure of an unsigned message the first gets it.
pub(crate) static SERVICES: &[Plug] = &[
    drs::PLUG, //
    ec2::PLUG,
    ssm::PLUG,
    sts::PLUG,
];
