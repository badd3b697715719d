//! Amazon EC2: the instances that recoveries launch.
//!
//! - `plug`: the service, as this crate reaches it; `operations`: what runbooks may ask of it.
//! - [`instances`]: looks them up on the way to something else.
//! - everything else: an operation, under its own name.

mod await_running;
mod create_tags;
mod describe_instance_status;
mod describe_instances;
pub(crate) mod instances;
mod operations;
mod plug;
mod reboot_instances;
mod terminate_instances;

pub(crate) use operations::OPERATIONS;
pub(crate) use plug::Ec2;
