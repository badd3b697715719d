//! The fields of what is journaled and shown. Whatever a program can put its words into is in here.

use super::Secrets;
use crate::history::{EffectError, End, Evidence, Failure, Outcome, Prompt};

impl Secrets {
    /// Hides them in what became of an effect.
    pub(in crate::effect) fn hide_in_outcome(&self, outcome: &mut Outcome) {
        match outcome {
            Outcome::Ok { value } => self.hide_in_values(value),
            Outcome::Failed { error } => self.hide_in_error(error),
            Outcome::Unknown { evidence } => self.hide_in_evidence(evidence),
        }
    }

    /// Hides them in why an effect failed.
    pub(in crate::effect) fn hide_in_error(&self, error: &mut EffectError) {
        error.code = self.hide(&error.code);
        error.message = self.hide(&error.message);
        self.hide_in(&mut error.details);
    }

    fn hide_in_evidence(&self, evidence: &mut Evidence) {
        evidence.message = self.hide(&evidence.message);
        self.hide_in(&mut evidence.found);
    }

    /// Hides them in how an attempt ended.
    pub(crate) fn hide_in_end(&self, end: &mut End) {
        match end {
            End::Completed { result } => self.hide_in(result),
            End::Failed { failure } => self.hide_in_failure(failure),
            End::Cancelled { details } => self.hide_in(details),
        }
    }

    fn hide_in_failure(&self, failure: &mut Failure) {
        failure.code = self.hide(&failure.code);
        failure.message = self.hide(&failure.message);
        for place in &mut failure.trace {
            *place = self.hide(place);
        }
        self.hide_in(&mut failure.details);
    }

    /// Hides them in a question.
    pub(crate) fn hide_in_prompt(&self, prompt: &mut Prompt) {
        prompt.message = self.hide(&prompt.message);
        if let Some(evidence) = &mut prompt.evidence {
            self.hide_in_evidence(evidence);
        }
    }
}
