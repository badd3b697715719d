//! Why there is no session.

use aws_config::profile::ProfileFileLoadError;

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// A profile was named that the configuration files do not have.
    #[error("there is no AWS profile `{profile}`")]
    UnknownProfile {
        /// The name that was asked for.
        profile: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// Nothing says which Region to work in.
    #[error("no AWS Region is set")]
    MissingRegion,
    /// The AWS configuration files cannot be read.
    #[error("the AWS configuration files cannot be read")]
    Unreadable {
        /// Which file, and what is wrong with it.
        #[source]
        source: Box<ProfileFileLoadError>,
    },
}

impl SessionError {
    /// What to do about it, as a sentence.
    pub fn next_step(&self) -> String {
        match self {
            SessionError::UnknownProfile { known, .. } if known.is_empty() => {
                "Create one with `aws configure sso`, or leave `--profile` and `AWS_PROFILE` away."
                    .into()
            }
            SessionError::UnknownProfile { known, .. } => {
                format!("Pass one of these with `--profile`: {}.", known.join(", "))
            }
            SessionError::MissingRegion => {
                "Give the runbook a `region`, pass `--region us-west-2`, or set `AWS_REGION`."
                    .into()
            }
            SessionError::Unreadable { .. } => {
                "Correct the file; `aws configure list` shows how it is understood.".into()
            }
        }
    }
}
