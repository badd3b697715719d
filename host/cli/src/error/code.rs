//! Every code, in one table. A code that was released keeps its meaning for ever.

use crate::exit;

/// A kind of complaint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// Its name, such as `M0201`. The first two digits are the room that complains.
    pub(crate) name: &'static str,
    /// The exit code of the process.
    pub(crate) exit: u8,
    /// What it means in general.
    pub(crate) meaning: &'static str,
}

macro_rules! codes {
    ($($(#[$room:meta])* $constant:ident = $name:literal, $exit:ident, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub(crate) const $constant: &Code =
                &Code { name: $name, exit: exit::$exit, meaning: $meaning };
        )*

        /// All of them, in order.
        pub(crate) const ALL: &[&Code] = &[$($constant),*];
    };
}

codes! {
    // The command line. Free numbers were an execution's, and are not used again
    SYNTAX           = "M0100", USAGE, "the command line makes no sense";
    BAD_PARAM        = "M0101", REFUSED, "a param is unknown, missing, or has a value that it does not take";
    NOT_CONFIRMED    = "M0103", USAGE, "a recovery or a replacement was not confirmed";
    NOT_LOOPBACK     = "M0104", USAGE, "this is only for a simulator on this machine";
    BAD_ARGUMENT     = "M0105", USAGE, "an argument cannot be used";
    // The runbook
    RUNBOOK_MISSING  = "M0201", REFUSED, "there is no runbook at this place";
    RUNBOOK_UNREADABLE = "M0202", REFUSED, "a file of the runbook cannot be read";
    RUNBOOK_TOO_LARGE = "M0203", REFUSED, "the runbook's folder holds too much";
    RUNBOOK_SYNTAX   = "M0204", REFUSED, "the runbook is not valid Luau";
    RUNBOOK_FAILED   = "M0205", REFUSED, "the runbook raised an error while it was loaded";
    RUNBOOK_LIMIT    = "M0206", REFUSED, "the runbook used too much time or memory while it was loaded";
    PLAN_REFUSED     = "M0207", REFUSED, "what the runbook declares is not a plan";
    RUNBOOK_DIFFERS  = "M0208", REFUSED, "the execution was started from another runbook, mode or params";
    RUNBOOK_MISTAKES = "M0209", REFUSED, "the runbook uses what does not exist, or gives one thing twice";
    // The world file
    WORLD_MISSING    = "M0301", REFUSED, "there is no world file at this place";
    WORLD_REFUSED    = "M0302", REFUSED, "the world file has a mistake";
    // The store
    NO_EXECUTION     = "M0401", USAGE, "there is no such execution";
    EXECUTION_EXISTS = "M0402", USAGE, "there is an execution of that id already";
    STORE_UNUSABLE   = "M0403", CONFIGURATION, "the store cannot be used";
    STORE_FULL       = "M0404", CONFIGURATION, "the disk of the store is full";
    NEWER_FORMAT     = "M0405", CONFIGURATION, "it was written by a newer release";
    STORE_BUSY       = "M0406", CONFIGURATION, "the store is busy";
    STORE_DAMAGED    = "M0407", CONFIGURATION, "what the store holds is damaged, or was changed";
    CHANGED_MEANWHILE = "M0408", USAGE, "what should be changed was changed by another meanwhile";
    SEALED           = "M0409", USAGE, "the execution has come to its end in this store";
    NOT_MOVED        = "M0410", USAGE, "an execution that could go on is moved, not copied";
    CLAIMED          = "M0411", HELD, "another execution is at work on the same plan";
    // The lease
    HELD             = "M0501", HELD, "another runner drives the execution";
    FENCED           = "M0502", HELD, "another runner took the execution over";
    LAPSED           = "M0503", CONFIGURATION, "the lease could not be renewed in time, and the runner has stopped itself";
    // Settings and AWS
    SETTINGS         = "M0601", CONFIGURATION, "moontide.toml has a mistake or cannot be read";
    NO_HOME          = "M0602", CONFIGURATION, "there is no place for the store";
    NO_PROFILE       = "M0603", CONFIGURATION, "there is no such AWS profile";
    NO_REGION        = "M0604", CONFIGURATION, "no AWS Region is set";
    NO_CREDENTIALS   = "M0605", CONFIGURATION, "AWS did not accept the credentials, or there are none";
    OTHER_ACCOUNT    = "M0606", CONFIGURATION, "the credentials belong to another AWS account";
    AWS_CONFIG       = "M0607", CONFIGURATION, "the AWS configuration files cannot be read";
    SIMULATOR        = "M0608", CONFIGURATION, "the simulator cannot listen there";
    UNREACHABLE      = "M0609", CONFIGURATION, "AWS cannot be reached";
    OUT_OF_PATIENCE  = "M0610", CONFIGURATION, "AWS could not be seen for longer than the operator's patience";
    OTHER_ENDPOINT   = "M0611", CONFIGURATION, "the execution was begun elsewhere: in AWS, or against a simulator";
    NOBODY           = "M0612", CONFIGURATION, "AWS does not say who the operator is";
    NO_SECRET        = "M0613", CONFIGURATION, "the value of a secret param is not to be had here";
    // The journal
    MISMATCH         = "M0701", MISMATCH, "the journal does not match the runbook";
    // An execution, and what it is asked for
    NOT_OVER         = "M0801", USAGE, "the execution is not over yet";
    OVER             = "M0802", USAGE, "the execution is over already";
    NOT_A_DRILL      = "M0803", USAGE, "only a drill can be cleaned up";
    NOT_APPROVED     = "M0804", USAGE, "another person has to decide this, or another person too";
    NO_WAVE          = "M0805", USAGE, "the runbook has no such wave";
    NOT_NOW          = "M0806", USAGE, "the execution does not take this now";
    BAD_ANSWER       = "M0807", USAGE, "an answer fits no open prompt, or is none of its choices";
    // Everything else
    OUTPUT           = "M9001", FAILED, "the output cannot be written";
    INTERNAL         = "M9999", INTERNAL, "a defect of Moontide";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(ALL.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn no_exit_code_means_something_else_to_the_ssm_agent() {
        assert!(ALL.iter().all(|code| ![137, 168, 169, 194].contains(&code.exit)));
        assert!(ALL.iter().all(|code| code.exit != 0 && !code.meaning.is_empty()));
    }
}
