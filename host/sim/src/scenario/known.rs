//! Which fields a world file has, as serde knows them: a reference is compared with these.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::automation::Automation;
use super::command::Command;
use super::estate_fault::{
    AgentOffline, LateJob, LaunchFails, QuotaInUse, SourceDown, StatusChecks,
};
use super::request_fault::{AccessDenied, LostAnswer, Nothing, RegionDown, Throttle};
use super::section::Section;
use super::server_entry::ServerEntry;
use super::timing::Timing;
use super::window::{Occasion, Window};
use super::written::Written;

/// What a part of the file may say.
type Fields = Vec<&'static str>;

/// Each part by its name, with its fields: the file itself has no name, a kind of fault is `faults.throttle`.
pub fn known() -> Vec<(String, Fields)> {
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
    let sections = crate::services::SERVICES.iter().flat_map(|plug| plug.sections);
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

/// The fields of a struct, or of the structs of a list.
pub(super) fn of<T: DeserializeOwned>() -> Fields {
    let mut asked = Asked(&[]);
    // It always fails: there is nothing to read.
    let _ = T::deserialize(&mut asked);
    asked.0.to_vec()
}

/// Answers nothing, and keeps what was asked for.
struct Asked(&'static [&'static str]);

impl<'de> Deserializer<'de> for &mut Asked {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unread> {
        Err(Unread)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unread> {
        self.0 = fields;
        Err(Unread)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_seq(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for &mut Asked {
    type Error = Unread;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unread> {
        seed.deserialize(&mut **self).map(Some)
    }
}

/// There is nothing to read.
#[derive(Debug)]
struct Unread;

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is nothing to read")
    }
}

impl std::error::Error for Unread {}

impl Error for Unread {
    fn custom<T: fmt::Display>(_: T) -> Unread {
        Unread
    }
}
