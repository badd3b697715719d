//! The objectives of a runbook, and what was achieved, in lines.

use std::time::Duration;

use moontide_control::view::Objectives;
use moontide_control::view::objectives::Objective;
use moontide_control::words;

use crate::output::style::{attention, bad, faint, good, plain, strong};
use crate::output::{Page, Span};

/// The RTO, once it is over, and the RPO.
pub(crate) fn write(objectives: &Objectives, page: &mut Page) {
    if let Some(rto) = &objectives.rto
        && let Some(achieved) = rto.achieved_seconds
    {
        let failed = rto.met == Some(false) && rto.missed_by_seconds.is_none();
        let head = if failed { "not recovered after " } else { "recovery time: " };
        let took = words::duration(Duration::from_secs(achieved));
        page.line([faint(head), strong(took)].into_iter().chain(verdict(rto, "RTO")));
    }
    write_rpo(objectives, page);
}

/// The RPO, if a server was launched.
pub(crate) fn write_rpo(objectives: &Objectives, page: &mut Page) {
    let Some(rpo) = &objectives.rpo else { return };
    let Some(achieved) = rpo.achieved_seconds else { return };
    let age = words::duration(Duration::from_secs(achieved));
    let mut line = vec![faint("oldest data: "), strong(age)];
    line.extend(rpo.server.as_ref().map(|name| plain(format!(" on {name}"))));
    line.extend(verdict(rpo, "RPO"));
    page.line(line);
}

/// `, the RTO of 2h 00m is met`; `, the RPO of 15m 00s is missed by 71h 45m`; `, whether the RTO of 2h 00m is met is
/// unknown: 1 of 2 waves completed: …`.
pub(crate) fn verdict(objective: &Objective, name: &str) -> Vec<Span<'static>> {
    let wanted = words::duration(Duration::from_secs(objective.seconds));
    let Some(met) = objective.met else {
        let Some(why) = &objective.unknown else { return Vec::new() };
        let head = format!(", whether the {name} of {wanted} is met is ");
        return vec![plain(head), attention("unknown"), plain(format!(": {why}"))];
    };
    let missed = objective.missed_by_seconds.map(Duration::from_secs).map(words::duration);
    let by = missed.map(|by| format!(" by {by}")).unwrap_or_default();
    vec![
        plain(format!(", the {name} of {wanted} is ")),
        if met { good("met") } else { bad("missed") },
        plain(by),
    ]
}

#[cfg(test)]
mod tests {
    use moontide_control::report::Known;

    use super::*;

    fn said(objectives: &Objectives) -> String {
        let mut page = Page::default();
        write(objectives, &mut page);
        page.into_plain()
    }

    #[test]
    fn what_was_missed_is_said_with_how_much() {
        let minutes = Duration::from_mins;
        let server = Some("db-1".to_owned());
        let rto = Some(Objective::of(minutes(120), Some(1800), &Known::Known(true), None));
        let rpo = Some(Objective::of(minutes(15), Some(259_200), &Known::Known(false), server));
        insta::assert_snapshot!(said(&Objectives { rto, rpo }), @"
        recovery time: 30m 00s, the RTO of 2h 00m is met
        oldest data: 72h 00m on db-1, the RPO of 15m 00s is missed by 71h 45m
        ");
    }

    #[test]
    fn what_is_not_known_yet_is_neither_met_nor_missed() {
        let open = Known::unknown("it is not over");
        let rto = Some(Objective::of(Duration::from_hours(2), None, &open, None));
        let rpo = Some(Objective::of(Duration::from_mins(15), None, &open, None));
        assert_eq!(said(&Objectives { rto, rpo }), "");
    }

    #[test]
    fn what_did_not_run_as_a_whole_is_not_said_to_be_met() {
        let left = Known::unknown("1 of 2 waves completed: how long all of them take is not known");
        let rto = Some(Objective::of(Duration::from_hours(2), Some(60), &left, None));
        insta::assert_snapshot!(said(&Objectives { rto, rpo: None }), @"recovery time: 1m 00s, whether the RTO of 2h 00m is met is unknown: 1 of 2 waves completed: how long all of them take is not known");
    }

    #[test]
    fn a_recovery_that_did_not_come_to_its_end_misses_its_objective() {
        let rto = Objective::of(Duration::from_hours(2), Some(60), &Known::Known(false), None);
        let rto = Some(rto);
        let said = said(&Objectives { rto, rpo: None });
        assert_eq!(said, "not recovered after 1m 00s, the RTO of 2h 00m is missed\n");
    }
}
