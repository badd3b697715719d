//! Runbooks as commands of Systems Manager: what an agent starts, cuts and kills, and what an operator sends.
//!
//! - [`agent`]: the agent, as far as a command can tell.
//! - [`commands`]: what a command prints, and how it goes on after it was killed.
//! - [`documents`]: what the documents are, and that nothing gets out of its quotes in them; [`validator`] knows schema 2.2.
//! - [`packages`]: what Distributor installs. [`sending`]: from a terminal to an instance of the simulator.
//!
//! `judge.py` holds what Python's libraries judge: patterns, calls, the schema of automations.
#![cfg(target_os = "linux")]

mod support;

#[path = "ssm/agent.rs"]
mod agent;
#[path = "ssm/commands.rs"]
mod commands;
#[path = "ssm/documents.rs"]
mod documents;
#[path = "ssm/judge.rs"]
mod judge;
#[path = "ssm/packages.rs"]
mod packages;
#[path = "support/python.rs"]
mod python;
#[path = "ssm/sending.rs"]
mod sending;
#[path = "ssm/validator.rs"]
mod validator;
