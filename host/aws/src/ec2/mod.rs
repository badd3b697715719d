//! Amazon EC2: the instances that recoveries launch.
//!
//! [`instances`] looks them up on the way to something else; every other file is an operation.

pub(crate) mod await_running;
pub(crate) mod create_tags;
pub(crate) mod describe_instance_status;
pub(crate) mod describe_instances;
pub(crate) mod instances;
pub(crate) mod reboot_instances;
pub(crate) mod terminate_instances;
