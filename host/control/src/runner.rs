//! Driving an execution in this process.

pub mod feeding;
