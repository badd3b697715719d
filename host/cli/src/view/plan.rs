//! A checked plan, for people.

use moontide_control::view::plan::{Group, PlanView};
use moontide_control::words;
use moontide_runtime::plan::{
    FailurePolicy, MinSuccess, Param, ParamKind, Pause, Plan, PromptTimeout, ServerSelector, Wave,
    duration,
};

use crate::output::style::{faint, good, plain, strong};
use crate::output::{Page, Span};

/// The plan, and the groups that it may ask.
pub(super) fn write(view: &PlanView, page: &mut Page) {
    let plan = &view.plan;
    page.line([
        strong(plan.name.as_str()),
        plain("  "),
        good("valid"),
        plain(format!("  {}", words::count(plan.waves.len(), "wave"))),
    ]);
    let mut facts = facts(plan);
    facts.extend(Some(("groups", groups(view))).filter(|(_, groups)| !groups.is_empty()));
    page.table(
        &facts
            .iter()
            .map(|(name, fact)| vec![faint(*name), plain(fact.as_str())])
            .collect::<Vec<_>>(),
    );
    let params: Vec<_> = plan.params.iter().map(|(name, param)| param_row(name, param)).collect();
    if !params.is_empty() {
        page.gap();
        page.line([strong("params")]);
        page.indented(|page| page.table(&params));
    }
    page.gap();
    page.line([strong("waves")]);
    page.indented(|page| {
        for wave in &plan.waves {
            write_wave(wave, page);
        }
    });
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
        ("hooks", hooks(plan)),
    ];
    facts.retain(|(_, fact)| !fact.is_empty());
    facts
}

fn param_row<'p>(name: &'p str, param: &'p Param) -> Vec<Span<'p>> {
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
    vec![
        strong(name),
        plain(kind_of(param)),
        plain(notes.join("; ")),
        faint(param.description.as_str()),
    ]
}

/// What a param takes, in a few words: `list of string`.
fn kind_of(param: &Param) -> String {
    let of = |items: &Option<Box<Param>>| {
        items.as_deref().map(|it| format!(" of {}", kind_of(it))).unwrap_or_default()
    };
    match param.kind {
        ParamKind::String => "string".to_owned(),
        ParamKind::Number => "number".to_owned(),
        ParamKind::Boolean => "boolean".to_owned(),
        ParamKind::Duration => "duration".to_owned(),
        ParamKind::List => format!("list{}", of(&param.items)),
        ParamKind::Table if param.fields.is_empty() => format!("table{}", of(&param.items)),
        ParamKind::Table => {
            let names: Vec<&str> = param.fields.keys().map(String::as_str).collect();
            format!("table of {}", names.join(", "))
        }
    }
}

/// The hooks of the whole runbook.
fn hooks(plan: &Plan) -> String {
    let all =
        [("on_start", plan.on_start), ("on_cancel", plan.on_cancel), ("on_finish", plan.on_finish)];
    let there: Vec<&str> = all.into_iter().filter(|it| it.1).map(|it| it.0).collect();
    there.join(", ")
}

/// The people who are asked, the question, and what silence says.
fn asks(pause: &Pause) -> String {
    let who = match (pause.approvers.as_slice(), pause.approvals) {
        ([], 1) => " any person".to_owned(),
        ([], several) => format!(" {several} people"),
        (names, 1) => format!(" {}", names.join(", ")),
        (names, several) => format!(" {several} of {}", names.join(", ")),
    };
    let silence = match pause.on_timeout {
        PromptTimeout::Continue => "continue",
        PromptTimeout::Skip => "skip",
        PromptTimeout::Abort => "abort",
    };
    let until = match pause.timeout {
        Some(timeout) => format!(" within {}, else {silence}", duration::format(timeout)),
        None => ", for ever".to_owned(),
    };
    format!("asks{who}{until}: {}", pause.message)
}

/// What a wave does, then what looks after it, so that what is not there shows too.
fn write_wave(wave: &Wave, page: &mut Page) {
    let what = wave.servers.as_ref().map_or_else(|| "a program".to_owned(), servers);
    let mut line = vec![strong(wave.name.as_str()), plain(format!("  {what}"))];
    if !wave.depends_on.is_empty() {
        line.push(plain(format!("  after {}", wave.depends_on.join(", "))));
    }
    page.line(line);
    page.indented(|page| {
        if let Some(pause) = &wave.pause {
            page.line([plain(asks(pause))]);
        }
        page.line([faint(care(wave))]);
    });
}

/// What checks a wave, what it needs to succeed, how long it may take, and what becomes of a failure.
fn care(wave: &Wave) -> String {
    let has = |hook: &str| wave.hooks.iter().any(|it| it == hook);
    let hooks: Vec<&str> =
        ["before", "verify", "after", "on_cancel"].into_iter().filter(|hook| has(hook)).collect();
    let mut parts = Vec::new();
    if !hooks.is_empty() {
        parts.push(hooks.join(", "));
    }
    if wave.servers.is_some() && !has("verify") {
        parts.push("no verify".to_owned());
    }
    parts.extend(wave.min_success.map(|least| match least {
        MinSuccess::Count(count) => format!("at least {}", words::count(count as usize, "server")),
        MinSuccess::Percent(share) => format!("at least {share}% of its servers"),
    }));
    parts.extend(wave.timeout.map(|most| format!("at most {}", duration::format(most))));
    parts.push(match wave.on_failure {
        _ if has("on_failure") => "a failure: on_failure decides".to_owned(),
        Some(FailurePolicy::Ask) => "a failure: a person is asked".to_owned(),
        Some(FailurePolicy::Retry) => {
            format!("a failure: {} in all", words::count(wave.max_attempts as usize, "attempt"))
        }
        Some(FailurePolicy::Skip) => "a failure: others go on without it".to_owned(),
        Some(FailurePolicy::Abort) => "a failure: nothing more starts".to_owned(),
        None => "a failure: what depends on it does not start".to_owned(),
    });
    parts.join("; ")
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
        _ => format!(" ({} optional)", selector.optional.join(", ")),
    };
    format!("servers {}{optional}", parts.join(" "))
}

/// The members of each group: a name that reads like a person may be another one.
fn groups(view: &PlanView) -> String {
    let group = |(name, group): (&String, &Group)| {
        let by = if group.by_the_folder { " (says the runbook's folder)" } else { "" };
        format!("{name} is {}{by}", group.members.join(", "))
    };
    view.groups.iter().map(group).collect::<Vec<_>>().join("; ")
}
