//! What an operator should know, in words.

use moontide_control::listener::Remark;
use moontide_control::next::Next;
use moontide_control::words;

use super::Output;
use super::style::{Span, attention, faint, plain, strong};

impl Output {
    /// Says a remark, with its next steps as commands to type.
    pub(crate) fn remark(self, remark: &Remark, step: &dyn Fn(&Next) -> String) {
        self.say(spans(remark, step));
    }
}

/// What it says. A remark that is no more than news stands behind no head.
fn spans(remark: &Remark, step: &dyn Fn(&Next) -> String) -> Vec<Span<'static>> {
    let text = text(remark, step);
    match remark {
        Remark::Watching { .. } => vec![faint(text)],
        _ => vec![head(remark), plain(text)],
    }
}

fn head(remark: &Remark) -> Span<'static> {
    match remark {
        Remark::LooseStore { .. }
        | Remark::DoomedStore { .. }
        | Remark::MisspeltApprover { .. }
        | Remark::NoGroups { .. } => strong("warning: "),
        Remark::Watching { .. } | Remark::StoreBack { .. } => plain(""),
        Remark::NotLookedAt { .. } => attention("not looked at: "),
        Remark::StoreAway { .. } => attention("the store does not answer"),
        Remark::Unanswering { .. } => attention("note: "),
        Remark::UnusedAnswer { .. } => attention("not used: "),
        Remark::BarredAnswer { prompt, choice, .. } => {
            attention(format!("{prompt}: --answer {choice} does not count: "))
        }
        Remark::UnreadSyntax { .. } | Remark::ShownSecret { .. } | Remark::OtherSecret { .. } => {
            attention("warning: ")
        }
    }
}

fn text(remark: &Remark, _step: &dyn Fn(&Next) -> String) -> String {
    match remark {
        Remark::StoreAway { message } => format!(", and is asked until it does: {message}"),
        Remark::NotLookedAt { what } => what.clone(),
        Remark::StoreBack { waited } => {
            format!("the store answers again after {}", words::duration(*waited))
        }
        Remark::Watching { execution, holder } => {
            format!("{holder} drives {execution}; watching whether it lives")
        }
        Remark::Unanswering { why } => {
            format!("{why}; it answers nothing: `resume --by NAME` says in whose name")
        }
        Remark::LooseStore { path, verb } => {
            let path = path.display();
            format!("others than its owner may {verb} the store {path}: `chmod 600 {path}`")
        }
        Remark::DoomedStore { store, region } => format!(
            "the store {store} is in {region}, the Region that this runbook recovers from: when \
             it fails, the executions are out of reach. Keep them in another Region"
        ),
        Remark::UnreadSyntax { file } => format!(
            "{file} uses syntax that `check` does not know: keys given twice, and functions of a module called \
             with a colon, were not looked for in it"
        ),
        Remark::ShownSecret { param } => format!(
            "the list of processes shows `{param}`: `--param {param}=@FILE`, `@-` (standard input), \
             `env:NAME` and `file:PATH` do not"
        ),
        Remark::OtherSecret { execution, param } => format!(
            "`{param}` has another value than `{execution}` was started with; it counts for this runner only"
        ),
        Remark::MisspeltApprover { name, group } => format!(
            "the approver `{name}` is taken for a person; is the group `{group}` of `[approvers]` meant?"
        ),
        Remark::NoGroups { approver } => format!(
            "no moontide.toml says who belongs to a group: the approver `{approver}` is the person of that name"
        ),
        Remark::UnusedAnswer { prompt, choice } => {
            let prompt = prompt.as_ref().map(|prompt| format!("{prompt}="));
            format!("--answer {}{choice}", prompt.unwrap_or_default())
        }
        Remark::BarredAnswer { why, .. } => why.clone(),
    }
}
