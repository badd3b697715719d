//! A checked plan, for people.

use moontide_runtime::plan::{Param, ParamKind, Pause, Plan, ServerSelector, Wave, duration};
use serde::Serialize;

use crate::output::style::{faint, good, plain, strong};
use crate::output::{Document, Page, Span, words};

/// What a runbook declares. A secret has no default, so there is none to hide.
#[derive(Serialize)]
pub(crate) struct PlanView {
    plan: Plan,
}

impl PlanView {
    /// The view of a plan.
    pub(crate) fn of(plan: Plan) -> PlanView {
        PlanView { plan }
    }
}

impl Document for PlanView {
    fn write(&self, page: &mut Page) {
        let plan = &self.plan;
        page.line([
            strong(plan.name.as_str()),
            plain("  "),
            good("valid"),
            plain(format!("  {}", words::count(plan.waves.len(), "wave"))),
        ]);
        let facts = facts(plan);
        page.table(
            &facts
                .iter()
                .map(|(name, fact)| vec![faint(*name), plain(fact.as_str())])
                .collect::<Vec<_>>(),
        );
        let params: Vec<_> =
            plan.params.iter().map(|(name, param)| param_row(name, param)).collect();
        if !params.is_empty() {
            page.gap();
            page.line([strong("params")]);
            page.indented(|page| page.table(&params));
        }
        page.gap();
        page.line([strong("waves")]);
        let waves: Vec<_> = plan.waves.iter().map(wave_row).collect();
        page.indented(|page| page.table(&waves));
    }
}

fn facts(plan: &Plan) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("description", plan.description.clone()),
        ("regions", plan.regions.join(", ")),
        ("source", plan.source_region.clone().unwrap_or_default()),
        ("account", plan.account.clone().unwrap_or_default()),
        ("RTO", plan.rto.map(duration::format).unwrap_or_default()),
        ("RPO", plan.rpo.map(duration::format).unwrap_or_default()),
        ("outside", plan.outside.lines().join(", ")),
        ("start", plan.start.as_ref().map(asks).unwrap_or_default()),
    ];
    facts.retain(|(_, fact)| !fact.is_empty());
    facts
}

fn param_row<'p>(name: &'p str, param: &'p Param) -> Vec<Span<'p>> {
    let kind = match param.kind {
        ParamKind::String => "string",
        ParamKind::Number => "number",
        ParamKind::Boolean => "boolean",
        ParamKind::Duration => "duration",
    };
    let mut notes = Vec::new();
    if !param.allowed.is_empty() {
        let allowed: Vec<String> = param.allowed.iter().map(ToString::to_string).collect();
        notes.push(format!("one of {}", allowed.join(", ")));
    }
    notes.push(match &param.default {
        Some(default) => format!("default {default}"),
        None => "must be set".to_owned(),
    });
    notes.extend(param.secret.then(|| "secret".to_owned()));
    vec![strong(name), plain(kind), plain(notes.join("; ")), faint(param.description.as_str())]
}

/// Who is asked what.
fn asks(pause: &Pause) -> String {
    let who = match (pause.approvers.as_slice(), pause.approvals) {
        ([], 1) => String::new(),
        ([], several) => format!(" {several} people"),
        (names, 1) => format!(" {}", names.join(", ")),
        (names, several) => format!(" {several} of {}", names.join(", ")),
    };
    format!("asks{who}: {}", pause.message)
}

fn wave_row(wave: &Wave) -> Vec<Span<'_>> {
    let what = wave.servers.as_ref().map_or_else(|| "a program".to_owned(), servers);
    let mut notes = Vec::new();
    if !wave.depends_on.is_empty() {
        notes.push(format!("after {}", wave.depends_on.join(", ")));
    }
    if let Some(timeout) = wave.timeout {
        notes.push(format!("at most {}", duration::format(timeout)));
    }
    notes.extend(wave.pause.as_ref().map(asks));
    vec![strong(wave.name.as_str()), plain(what), plain(notes.join("; "))]
}

fn servers(selector: &ServerSelector) -> String {
    if selector.chosen {
        return "servers chosen when the wave starts".to_owned();
    }
    let mut parts: Vec<String> =
        selector.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.extend(selector.ids.iter().cloned());
    let optional = match selector.optional.len() {
        0 => String::new(),
        some => format!(" ({some} optional)"),
    };
    format!("servers {}{optional}", parts.join(" "))
}
