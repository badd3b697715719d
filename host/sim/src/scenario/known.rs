//! Which fields a world file has, as serde knows them: a reference is compared with these.

use super::automation::Automation;
use super::command::Command;
use super::estate_fault::{
    AgentOffline, LateJob, LaunchFails, QuotaInUse, SourceDown, StatusChecks,
};
use super::fields::{Fields, of};
use super::request_fault::{AccessDenied, LostAnswer, Nothing, RegionDown, Throttle};
use super::section::Section;
use super::server_entry::ServerEntry;
use super::timing::Timing;
use super::window::{Occasion, Window};
use super::written::Written;

/// Each part by its name, with its fields: the file itself has no name, a kind of fault is `faults.throttle`. Services
/// have declared these sections.
pub(crate) fn known(sections: impl Iterator<Item = &'static Section>) -> Vec<(String, Fields)> {
    let parts = [
        ("", of::<Written>()),
        ("timing", of::<Timing>()),
        ("servers", of::<ServerEntry>()),
        ("commands", of::<Command>()),
        ("automations", of::<Automation>()),
    ];
    let once = [
        ("launch_fails", of::<LaunchFails>()),
        ("throttle", of::<Throttle>()),
        ("drop_reply", of::<LostAnswer>()),
        ("internal_error", of::<LostAnswer>()),
        ("access_denied", of::<AccessDenied>()),
        ("late_job", of::<LateJob>()),
    ];
    let lasting = [
        ("expired_credentials", of::<Nothing>()),
        ("no_network", of::<Nothing>()),
        ("region_down", of::<RegionDown>()),
        ("source_down", of::<SourceDown>()),
        ("agent_offline", of::<AgentOffline>()),
        ("status_checks", of::<StatusChecks>()),
        ("quota_in_use", of::<QuotaInUse>()),
    ];
    let fault = |(kind, own): (&str, Fields), window: Fields| {
        let common = ["kind", "region"];
        let fields = common.into_iter().chain(own).chain(window).collect();
        (format!("faults.{kind}"), fields)
    };
    let once = once.into_iter().map(|it| fault(it, of::<Occasion>()));
    let lasting = lasting.into_iter().map(|it| fault(it, of::<Window>()));
    let sections = sections.map(|it| (it.name.to_owned(), it.fields()));
    let parts = parts.into_iter().map(|(name, fields)| (name.to_owned(), fields));
    parts.chain(sections).chain(once).chain(lasting).collect()
}

impl Section {
    /// The fields of what it holds, or of each item of it.
    fn fields(&self) -> Fields {
        (self.known)()
    }
}
