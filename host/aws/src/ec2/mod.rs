//! Amazon EC2: the instances that recoveries launch.
//!
//! - `plug`: the service for the list of services.
//! - [`instances`]: looks them up on the way to something else.
//! - everything else: an operation, under its own name.

mod await_running;
mod create_tags;
mod describe_instance_status;
mod describe_instances;
pub(crate) mod instances;
mod plug;
mod reboot_instances;
mod terminate_instances;

pub(crate) use plug::Ec2;
