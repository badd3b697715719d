//! Amazon S3: what a webhook gets, as an object that is locked: where a journal ends, kept out of the reach of those who
//! can write its store.

use std::time::Duration;

use jiff::Timestamp;
use moontide_aws::tell::s3::{Object, Place};

use super::{Known, webhook};
use crate::notify::event::{Event, What};

/// The shortest time that an object can be locked for.
const DAY: Duration = Duration::from_hours(24);

/// The object, written at this time.
pub fn object(
    known: Known<'_>,
    event: &Event,
    text: &str,
    now: Timestamp,
) -> Result<Object, String> {
    let Place { bucket, prefix } = Place::read(known.to)?;
    let retain = known.receiver.retain.as_ref().ok_or("it says no `retain`")?;
    // A test proves nothing but that it is taken, and is gone the next day.
    let length = if event.event == What::Test { DAY } else { retain.length.0 };
    let until = now.checked_add(length).map_err(|error| error.to_string())?;
    // A key is the same however often the event is told; a colon in one is for tools to escape.
    let key = format!("{prefix}{}.json", event.key.replace(':', "/"));
    let body = webhook::body(event, text).to_string();
    let region = retain.region.clone();
    Ok(Object { bucket, region, key, body, mode: retain.lock, until })
}
