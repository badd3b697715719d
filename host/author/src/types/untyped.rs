//! This build has no type checker.

use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::Plan;

use super::answers::{Described, Offer, Spot};
use crate::finding::Finding;

/// It finds nothing and knows nothing.
#[derive(Debug, Default)]
pub struct Analysis;

impl Analysis {
    /// One that has seen nothing.
    pub fn new() -> Analysis {
        Analysis
    }

    /// Finds nothing.
    pub fn check(&mut self, _: &Bundle, _: &[String], _: Option<&Plan>) -> Vec<Finding> {
        Vec::new()
    }

    /// Finds nothing.
    pub fn check_only(&mut self, _: &Bundle, _: &[String]) -> Vec<Finding> {
        Vec::new()
    }

    /// Offers nothing.
    pub fn offers(&mut self, _: &Bundle, _: &str, _: Spot) -> Vec<Offer> {
        Vec::new()
    }

    /// Knows nothing.
    pub fn describe(&mut self, _: &Bundle, _: &str, _: Spot) -> Option<Described> {
        None
    }
}

/// This build has no type checker.
pub fn check(_: &Bundle, _: Option<&Plan>) -> Vec<Finding> {
    Vec::new()
}

/// This build has no type checker.
pub fn check_test(_: &Bundle) -> Vec<Finding> {
    Vec::new()
}
