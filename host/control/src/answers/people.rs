//! The people who may answer a prompt.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{CommandError, Result, code};
use moontide_runtime::plan::{Complaint, Path, Plan, suggest};
use moontide_runtime::scheduler::signal::named;
use moontide_runtime::scheduler::{Graph, Prompt};

use crate::listener::{Listener, Remark};

/// Groups of people, by the name under which approvers may mean them.
pub type Groups = BTreeMap<String, Vec<String>>;

/// Refuses a pause point that takes more people than its approvers are: it could never go on.
/// Warns of approvers that look like a misspelt group.
pub fn check(listener: &dyn Listener, plan: &Plan, groups: &Groups) -> Result<()> {
    for (name, group) in misspelt(plan, groups) {
        let (name, group) = (name.to_owned(), group.to_owned());
        listener.hear(&Remark::MisspeltApprover { name, group });
    }
    if groups.is_empty()
        && let Some(name) = approvers(plan).into_iter().next()
    {
        listener.hear(&Remark::NoGroups { approver: name.clone() });
    }
    match too_few(plan, groups).into_iter().next() {
        Some(complaint) => {
            Err(CommandError::new(code::PLAN_REFUSED, complaint.message).hint(ENOUGH))
        }
        None => Ok(()),
    }
}

/// What to do about a pause point that takes more people than there are.
pub const ENOUGH: &str =
    "name more people in `[approvers]` of moontide.toml, or take fewer `approvals`";

/// The pause points that take more people than their approvers are, each at its field.
pub fn too_few(plan: &Plan, groups: &Groups) -> Vec<Complaint> {
    let root = Path::root();
    let start = plan.start.as_ref().map(|start| ("@start", start, root.field("start")));
    let pauses = plan.waves.iter().zip(1..).filter_map(|(wave, number)| {
        let path = root.field("waves").item(number).field("pause");
        Some((wave.name.as_str(), wave.pause.as_ref()?, path))
    });
    let mut complaints = Vec::new();
    for (wave, pause, path) in
        start.into_iter().chain(pauses).filter(|(_, pause, _)| !pause.approvers.is_empty())
    {
        let members = |name: &'_ String| match groups.get(name) {
            Some(members) => members.clone(),
            None => vec![name.clone()],
        };
        let people: BTreeSet<String> = pause.approvers.iter().flat_map(members).collect();
        let is_open = people.iter().any(|name| name.ends_with('*'));
        if is_open || people.len() >= pause.approvals as usize {
            continue;
        }
        let names: Vec<&str> = people.iter().map(String::as_str).collect();
        let message = format!(
            "the pause point of `{}` takes {} different people, and its approvers are {}",
            wave,
            pause.approvals,
            names.join(", ")
        );
        let path = path.field("approvals");
        complaints.push(Complaint { path, message, suggestion: None });
    }
    complaints
}

/// All people whom a pause point of the plan names.
fn approvers(plan: &Plan) -> BTreeSet<&String> {
    let pauses = plan.waves.iter().map(|wave| &wave.pause).chain([&plan.start]).flatten();
    pauses.flat_map(|pause| &pause.approvers).collect()
}

/// Approvers that are no group, each with the group that is probably meant.
fn misspelt<'p>(plan: &'p Plan, groups: &'p Groups) -> Vec<(&'p str, &'p str)> {
    let people = approvers(plan).into_iter().filter(|name| !groups.contains_key(*name));
    let known = || groups.keys().map(String::as_str);
    people.filter_map(|name| Some((name.as_str(), suggest::nearest(name, known())?))).collect()
}

/// Why this person is not the one who can answer now; `None`: they can.
pub fn bar(graph: &Graph, prompt: &Prompt, user: &str) -> Option<String> {
    if !graph.approves(&prompt.approvers, user) {
        let names = prompt.approvers.join(", ");
        return Some(format!("it is asked of {names}, and {user} is none of them"));
    }
    prompt.given.iter().any(|given| given.by == user).then(|| approvals_so_far(prompt))
}

/// The people who have agreed, and how many are missing: `1 of 2: continue by ann; one more person is needed`.
pub fn approvals_so_far(prompt: &Prompt) -> String {
    let given = prompt
        .given
        .iter()
        .map(|given| format!("{} by {}", given.choice, named(&given.by, &given.sender)));
    tally(prompt, &given.collect::<Vec<_>>().join(", "))
}

/// The same, with what they have said in words.
pub fn tally(prompt: &Prompt, said: &str) -> String {
    let missing = match prompt.missing() {
        1 => "one more person is needed".to_owned(),
        more => format!("{more} more people are needed"),
    };
    // A person who disagrees does not count.
    let agreed = (prompt.approvals as usize).saturating_sub(prompt.missing());
    format!("{agreed} of {}: {said}; {missing}", prompt.approvals)
}

/// A person who could answer it, and has not: the first of its approvers. `None`: there is none left.
/// Where all people may answer, `first` does, and then others.
pub fn stand_in(graph: &Graph, prompt: &Prompt, first: &str) -> Option<String> {
    let spoken = |name: &String| prompt.given.iter().any(|given| given.by == *name);
    if prompt.approvers.is_empty() {
        return crowd(first).find(|name| !spoken(name));
    }
    let members = |approver: &String| match graph.groups.get(approver) {
        Some(members) => members.clone(),
        None => vec![approver.clone()],
    };
    let names = prompt.approvers.iter().flat_map(members);
    names.flat_map(|name| persons(&name, first)).find(|name| !spoken(name))
}

/// A pattern stands for many people, of whom it takes a few.
fn persons(member: &str, first: &str) -> Vec<String> {
    match member.strip_suffix('*') {
        Some(beginning) => crowd(&format!("{beginning}{first}")).take(MANY).collect(),
        None => vec![member.to_owned()],
    }
}

/// So many different people are there where a pattern names the approvers.
const MANY: usize = 100;

/// As many people as it takes.
fn crowd(first: &str) -> impl Iterator<Item = String> {
    let others = (2..).map(move |number| format!("{first}, person {number}"));
    std::iter::once(first.to_owned()).chain(others)
}

#[cfg(test)]
mod tests {
    use moontide_runtime::scheduler::{Approval, Choice, PromptKind};

    use super::*;
    use crate::answers::prompt;

    fn asked(approvers: &[&str], spoken: &[&str]) -> Prompt {
        let mut asked = prompt("web", PromptKind::Pause, &["continue", "abort"]);
        asked.approvers = approvers.iter().map(|&name| name.to_owned()).collect();
        asked.approvals = 2;
        let approval = |by: &&str| Approval {
            by: (*by).into(),
            sender: String::new(),
            choice: Choice::new("continue"),
        };
        asked.given = spoken.iter().map(approval).collect();
        asked
    }

    fn graph() -> Graph {
        let mut graph = Graph::of_nodes(Vec::new(), 1);
        graph.groups.insert("dba".into(), vec!["ann".into(), "arn:role/DBA/*".into()]);
        graph
    }

    #[test]
    fn who_is_no_approver_or_has_spoken_is_told() {
        let bar = |approvers: &[&str], spoken: &[&str], user| {
            super::bar(&graph(), &asked(approvers, spoken), user)
        };
        assert_eq!(bar(&["dba"], &[], "ann"), None);
        assert_eq!(bar(&["dba"], &[], "arn:role/DBA/bob"), None);
        let stranger = bar(&["dba", "eve"], &[], "root");
        assert_eq!(stranger.as_deref(), Some("it is asked of dba, eve, and root is none of them"));
        let again = bar(&[], &["ann"], "ann");
        assert_eq!(again.as_deref(), Some("1 of 2: continue by ann; one more person is needed"));
    }

    #[test]
    fn a_stand_in_is_an_approver_who_has_not_spoken() {
        let next = |approvers: &[&str], spoken: &[&str]| {
            stand_in(&graph(), &asked(approvers, spoken), "the rehearsal")
        };
        assert_eq!(next(&[], &[]).as_deref(), Some("the rehearsal"));
        assert_eq!(next(&[], &["the rehearsal"]).as_deref(), Some("the rehearsal, person 2"));
        assert_eq!(next(&["dba"], &[]).as_deref(), Some("ann"));
        assert_eq!(next(&["dba"], &["ann"]).as_deref(), Some("arn:role/DBA/the rehearsal"));
        assert_eq!(next(&["bob"], &["bob"]), None);
    }

    #[test]
    fn it_is_told_who_has_agreed_and_how_many_are_missing() {
        let mut asked = prompt("web", PromptKind::Pause, &["continue", "abort"]);
        let approval = |by: &str| Approval {
            by: by.into(),
            sender: String::new(),
            choice: Choice::new("continue"),
        };
        asked.approvals = 3;
        asked.given = vec![approval("ann")];
        assert_eq!(approvals_so_far(&asked), "1 of 3: continue by ann; 2 more people are needed");
        asked.given.push(approval("bob"));
        let text = "2 of 3: continue by ann, continue by bob; one more person is needed";
        assert_eq!(approvals_so_far(&asked), text);
    }
}
