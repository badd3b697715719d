//! What a case has laid out for its rehearsals, and whether each of it met something: what did not has tested nothing.

use moontide_control::rehearsal::What;

/// One thing that a case has laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    /// The world.
    World,
    /// The fault of this number among those of the case, counted from 0.
    Fault(usize),
    /// The answer to a command of this number, counted from 0.
    Command(usize),
    /// What a person does, or a death of the runner.
    Staged(What),
}

/// What a case has laid out so far.
#[derive(Debug, Default)]
pub(super) struct Laid(Vec<One>);

#[derive(Debug)]
struct One {
    thing: Thing,
    /// The function of `t`.
    by: &'static str,
    /// `file:line` of its call.
    site: String,
    met: Met,
}

/// What a thing has met.
#[derive(Debug)]
enum Met {
    /// There was no rehearsal since.
    NotYet,
    /// Nothing in the last rehearsal, and why.
    Nothing(String),
    /// Something.
    Something,
}

impl Laid {
    pub(super) fn add(&mut self, thing: Thing, by: &'static str, site: &str) {
        self.0.push(One { thing, by, site: site.to_owned(), met: Met::NotYet });
    }

    /// A rehearsal is over, and this met nothing in it.
    pub(super) fn hear(&mut self, unmet: &[(Thing, String)]) {
        for one in self.0.iter_mut().filter(|one| !matches!(one.met, Met::Something)) {
            let why = unmet.iter().find(|(thing, _)| *thing == one.thing);
            one.met = why.map_or(Met::Something, |(_, why)| Met::Nothing(why.clone()));
        }
    }

    /// What met nothing in any rehearsal, in a sentence each, with its line.
    pub(super) fn unmet(&self, rehearsals: usize) -> Vec<(String, String)> {
        let sentence = |one: &One| match &one.met {
            Met::Something => None,
            Met::Nothing(why) => Some(why.clone()),
            Met::NotYet if rehearsals == 0 => {
                Some(format!("t.{} has met nothing: the case does not rehearse", one.by))
            }
            Met::NotYet => {
                Some(format!("t.{} has met nothing: it comes behind the last t.rehearse", one.by))
            }
        };
        self.0.iter().filter_map(|one| Some((sentence(one)?, one.site.clone()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_met_something_once_is_done_and_the_rest_is_told_with_its_line() {
        let mut laid = Laid::default();
        laid.add(Thing::Fault(0), "fault", "a:1");
        laid.add(Thing::Fault(1), "fault", "a:2");
        laid.hear(&[(Thing::Fault(1), "it never struck".to_owned())]);
        laid.hear(&[(Thing::Fault(0), "not again".to_owned())]);
        assert_eq!(laid.unmet(2), []);
        laid.add(Thing::Staged(What::Answer(0)), "answer", "a:3");
        let behind = "t.answer has met nothing: it comes behind the last t.rehearse";
        assert_eq!(laid.unmet(2), [(behind.to_owned(), "a:3".to_owned())]);
        laid.hear(&[(Thing::Staged(What::Answer(0)), "no prompt".to_owned())]);
        assert_eq!(laid.unmet(3), [("no prompt".to_owned(), "a:3".to_owned())]);
    }
}
