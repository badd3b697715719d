//! What follows from what is known of a mutating effect, from the reply to its last call, and from a look at
//! the world. A pure function; its whole table is printed by a test.
//!
//! Two sentences hold in every row. *Once the end of a call was not seen, the effect never ends as `failed`*:
//! a conflict, a quota or a refusal may be the echo of that very call. *What cannot be looked at is not
//! decided*: the runner waits, and looks again.

/// What is known of an effect before its next reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whether it was sent before, and the end of that call was not seen.
    pub in_doubt: bool,
    /// Whether it may be sent once more.
    pub may_send: bool,
}

/// What the last call brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It happened.
    Ok,
    /// The service said no, for good.
    Refused,
    /// The service said no, and may say yes to the same request later.
    Busy,
    /// The runner could not send it: the call was certainly not made.
    Unsent,
    /// Nothing that tells whether it happened.
    Unseen,
}

/// What a look at the world brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// There was no look since the last call.
    NotYet,
    /// It is there.
    Happened,
    /// It was looked for, long enough, and is not there.
    Absent,
    /// No look is needed: the service recognises a repetition.
    Harmless,
    /// It was looked for, and it cannot be told.
    Undecided,
    /// The world cannot be looked at now.
    Unseen,
}

/// What the door does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The reply is the outcome.
    Stands,
    /// What was found is the outcome.
    Adopt,
    /// It cannot be told: a person decides.
    Doubt,
    /// Send it again, after a pause, under a new intent.
    Send,
    /// Wait until the trouble is over, and send it then.
    WaitAndSend,
    /// Look at the world.
    Look,
    /// Wait until the world can be looked at, and look then.
    WaitAndLook,
}

/// Decides.
#[expect(clippy::match_same_arms, reason = "each row of the table is a sentence of its own")]
pub fn decide(known: Known, heard: Heard, looked: Looked) -> Verdict {
    match (heard, looked) {
        (Heard::Ok, _) => Verdict::Stands,
        (_, Looked::Happened) => Verdict::Adopt,
        (_, Looked::Undecided) => Verdict::Doubt,
        (_, Looked::Unseen) => Verdict::WaitAndLook,
        (Heard::Unsent, _) => Verdict::WaitAndSend,
        (Heard::Busy, Looked::NotYet) if known.may_send => Verdict::Send,
        (Heard::Refused | Heard::Busy, Looked::NotYet) if !known.in_doubt => Verdict::Stands,
        (Heard::Refused | Heard::Busy | Heard::Unseen, Looked::NotYet) => Verdict::Look,
        (Heard::Unseen, Looked::Absent | Looked::Harmless) if known.may_send => Verdict::Send,
        // A refusal behind a call in doubt is no proof that the earlier one did not happen, whatever a look
        // has failed to show.
        (_, Looked::Absent | Looked::Harmless) => Verdict::Doubt,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    const HEARD: [Heard; 5] =
        [Heard::Ok, Heard::Refused, Heard::Busy, Heard::Unsent, Heard::Unseen];
    const LOOKED: [Looked; 6] = [
        Looked::NotYet,
        Looked::Happened,
        Looked::Absent,
        Looked::Harmless,
        Looked::Undecided,
        Looked::Unseen,
    ];

    fn all() -> impl Iterator<Item = (Known, Heard, Looked)> {
        let known = [(false, true), (false, false), (true, true), (true, false)];
        let known = known.map(|(in_doubt, may_send)| Known { in_doubt, may_send });
        known.into_iter().flat_map(|known| {
            let heard = HEARD.into_iter();
            heard.flat_map(move |heard| LOOKED.map(|looked| (known, heard, looked)))
        })
    }

    #[test]
    fn the_whole_table() {
        let mut table = String::new();
        for (known, heard, looked) in all() {
            let verdict = decide(known, heard, looked);
            let doubt = if known.in_doubt { "in doubt" } else { "clear" };
            let left = if known.may_send { "more" } else { "last" };
            let (heard, looked) = (format!("{heard:?}"), format!("{looked:?}"));
            writeln!(table, "{doubt:<9} {left:<5} {heard:<8} {looked:<10} {verdict:?}")
                .expect("a text takes every line");
        }
        println_for_people(&table);
        insta::assert_snapshot!(table);
    }

    #[expect(
        clippy::print_stdout,
        reason = "the table is for people: `-- --nocapture the_whole_table`"
    )]
    fn println_for_people(table: &str) {
        println!("{table}");
    }

    #[test]
    fn in_doubt_nothing_ends_as_refused() {
        for (known, heard, looked) in all().filter(|(known, ..)| known.in_doubt) {
            if decide(known, heard, looked) == Verdict::Stands {
                assert_eq!(heard, Heard::Ok, "{looked:?}");
            }
        }
    }

    #[test]
    fn what_was_not_seen_is_looked_at_before_it_is_sent_again() {
        for (known, heard, looked) in all().filter(|(_, heard, _)| *heard == Heard::Unseen) {
            if matches!(decide(known, heard, looked), Verdict::Send | Verdict::WaitAndSend) {
                assert!(matches!(looked, Looked::Absent | Looked::Harmless), "{looked:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_decided() {
        for (known, heard, _) in all().filter(|(_, heard, _)| *heard != Heard::Ok) {
            assert_eq!(decide(known, heard, Looked::Unseen), Verdict::WaitAndLook);
        }
    }
}
