//! Every code, in one table. A code that was released keeps its meaning for ever.

/// What kind of thing is wrong. A face says it in its own way: the command line as an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something failed.
    Failed,
    /// What was asked makes no sense, or does not fit the execution it names.
    Usage,
    /// The runbook, its params or its world are refused; nothing was begun.
    Refused,
    /// Another runner drives the execution, or another execution is at work on its plan.
    Held,
    /// The store, the settings, the credentials or the Region.
    Configuration,
    /// The journal does not match the runbook. Nothing was sent.
    Mismatch,
    /// A defect of Moontide.
    Internal,
}

/// A kind of complaint.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Its name, such as `M0201`. The first two digits are the room that complains.
    pub name: &'static str,
    /// What kind of thing is wrong.
    pub kind: Kind,
    /// What it means in general.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($($(#[$room:meta])* $constant:ident = $name:literal, $kind:ident, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $constant: &Code =
                &Code { name: $name, kind: Kind::$kind, meaning: $meaning };
        )*

        /// All of them, in order.
        pub const ALL: &[&Code] = &[$($constant),*];
    };
}

codes! {
    // The command line. Free numbers were an execution's, and are not used again
    SYNTAX           = "M0100", Usage, "the command line makes no sense";
    BAD_PARAM        = "M0101", Refused, "a param is unknown, missing, or has a value that it does not take";
    NOT_CONFIRMED    = "M0103", Usage, "a recovery or a replacement was not confirmed";
    NOT_LOOPBACK     = "M0104", Usage, "this is only for a simulator on this machine";
    BAD_ARGUMENT     = "M0105", Usage, "an argument cannot be used";
    // The runbook
    RUNBOOK_MISSING  = "M0201", Refused, "there is no runbook at this place";
    RUNBOOK_UNREADABLE = "M0202", Refused, "a file of the runbook cannot be read";
    RUNBOOK_TOO_LARGE = "M0203", Refused, "the runbook's folder holds too much";
    RUNBOOK_SYNTAX   = "M0204", Refused, "the runbook is not valid Luau";
    RUNBOOK_FAILED   = "M0205", Refused, "the runbook raised an error while it was loaded";
    RUNBOOK_LIMIT    = "M0206", Refused, "the runbook used too much time or memory while it was loaded";
    PLAN_REFUSED     = "M0207", Refused, "what the runbook declares is not a plan";
    RUNBOOK_DIFFERS  = "M0208", Refused, "the execution was started from another runbook, mode or params";
    RUNBOOK_MISTAKES = "M0209", Refused, "the runbook uses what does not exist, or gives one thing twice";
    RUNBOOK_TYPES    = "M0210", Refused, "a value is not of the type that is asked for";
    RUNBOOK_ODD      = "M0211", Refused, "the runbook holds what may not be meant so";
    TEST_MISSING     = "M0212", Refused, "there is no test, or no case of it, at this place";
    // The world file
    WORLD_MISSING    = "M0301", Refused, "there is no world file at this place";
    WORLD_REFUSED    = "M0302", Refused, "the world file has a mistake";
    // The store
    NO_EXECUTION     = "M0401", Usage, "there is no such execution";
    EXECUTION_EXISTS = "M0402", Usage, "there is an execution of that id already";
    STORE_UNUSABLE   = "M0403", Configuration, "the store cannot be used";
    STORE_FULL       = "M0404", Configuration, "the disk of the store is full";
    NEWER_FORMAT     = "M0405", Configuration, "it was written by a newer release";
    STORE_BUSY       = "M0406", Configuration, "the store is busy";
    STORE_DAMAGED    = "M0407", Configuration, "what the store holds is damaged, or was changed";
    CHANGED_MEANWHILE = "M0408", Usage, "what should be changed was changed by another meanwhile";
    SEALED           = "M0409", Usage, "the execution has come to its end in this store";
    NOT_MOVED        = "M0410", Usage, "an execution that could go on is moved, not copied";
    CLAIMED          = "M0411", Held, "another execution is at work on the same plan";
    // The lease
    HELD             = "M0501", Held, "another runner drives the execution";
    FENCED           = "M0502", Held, "another runner took the execution over";
    LAPSED           = "M0503", Configuration, "the lease could not be renewed in time, and the runner has stopped itself";
    // Settings and AWS
    SETTINGS         = "M0601", Configuration, "moontide.toml has a mistake or cannot be read";
    NO_HOME          = "M0602", Configuration, "there is no place for the store";
    NO_PROFILE       = "M0603", Configuration, "there is no such AWS profile";
    NO_REGION        = "M0604", Configuration, "no AWS Region is set";
    NO_CREDENTIALS   = "M0605", Configuration, "AWS did not accept the credentials, or there are none";
    OTHER_ACCOUNT    = "M0606", Configuration, "the credentials belong to another AWS account";
    AWS_CONFIG       = "M0607", Configuration, "the AWS configuration files cannot be read";
    SIMULATOR        = "M0608", Configuration, "the simulator cannot listen there";
    UNREACHABLE      = "M0609", Configuration, "AWS cannot be reached";
    OUT_OF_PATIENCE  = "M0610", Configuration, "AWS could not be seen for longer than the operator's patience";
    OTHER_ENDPOINT   = "M0611", Configuration, "the execution was begun elsewhere: in AWS, or against a simulator";
    UNIDENTIFIED     = "M0612", Configuration, "AWS does not say who the operator is";
    NO_SECRET        = "M0613", Configuration, "the value of a secret param is not to be had here";
    // The journal
    MISMATCH         = "M0701", Mismatch, "the journal does not match the runbook";
    BROKEN           = "M0702", Mismatch, "the journal is not as it was written";
    NOT_PROVEN       = "M0703", Failed, "nothing can be said of a journal's head that was noted";
    // An execution, and what it is asked for
    NOT_OVER         = "M0801", Usage, "the execution is not over yet";
    OVER             = "M0802", Usage, "the execution is over already";
    NOT_A_DRILL      = "M0803", Usage, "only a drill can be cleaned up";
    NOT_APPROVED     = "M0804", Usage, "another person has to decide this, or another person too";
    NO_WAVE          = "M0805", Usage, "the runbook has no such wave";
    NOT_NOW          = "M0806", Usage, "the execution does not take this now";
    BAD_ANSWER       = "M0807", Usage, "an answer fits no open prompt, or is none of its choices";
    // Schedules
    SCHEDULES        = "M0901", Refused, "a file of schedules has a mistake, or wants what cannot be";
    NO_SCHEDULE      = "M0902", Usage, "there is no such schedule";
    NO_TIME          = "M0903", Usage, "the schedule has no such time, or none that could be started now";
    NOT_EXPORTED     = "M0904", Refused, "a schedule cannot be said in this format";
    CLOCK_DOUBT      = "M0905", Configuration, "the times of a schedule are decided further than a clock has come";
    // Systems Manager
    PACKAGE_BINARY   = "M1001", Refused, "the binary does not run where the package is installed";
    NOT_SENT         = "M1002", Configuration, "Systems Manager did not take the command";
    COMMAND_UNSEEN   = "M1003", Configuration, "what has become of the command cannot be seen";
    // A report
    NO_MOMENT        = "M1101", Usage, "the moments of a report make no sense";
    NO_REPORT        = "M1102", Usage, "the file is no report";
    REPORT_CHANGED   = "M1103", Failed, "a report is not as it was made, or its journal says otherwise";
    // Notifications
    NO_RECEIVER      = "M1201", Usage, "there is no receiver of notifications, or none of this name";
    NOT_TOLD         = "M1202", Failed, "a receiver has not taken a notification";
    NOTIFY_SECRET    = "M1203", Configuration, "the secret of a receiver is not to be had here";
    // Everything else
    OUTPUT           = "M9001", Failed, "the output cannot be written";
    INTERNAL         = "M9999", Internal, "a defect of Moontide";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(ALL.iter().all(|code| !code.meaning.is_empty()));
        assert!(ALL.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
