//! Amazon S3: an object that can be neither changed nor deleted for a time, in a bucket with Object Lock.

use std::time::UNIX_EPOCH;

use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::ObjectLockMode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Untold;
use crate::attempts::Attempts;
use crate::error;
use crate::session::Session;

/// Against whom an object is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Against all, the root of the account too.
    Compliance,
    /// Against all but those who may `s3:BypassGovernanceRetention`.
    Governance,
}

/// Where objects lie: a bucket, and how their keys begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bucket.
    pub bucket: String,
    /// How keys begin: empty, or with a slash at its end.
    pub prefix: String,
}

impl Place {
    /// Reads `s3://BUCKET/PREFIX`.
    pub fn read(text: &str) -> Result<Place, String> {
        let wrong = || "it is written `s3://BUCKET` or `s3://BUCKET/PREFIX`".to_owned();
        let rest = text.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || ".-".contains(it);
        if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(letter) {
            return Err(format!(
                "`{bucket}` is no bucket's name: 3 to 63 lower-case letters, digits, `.` and `-`"
            ));
        }
        let safe = |it: char| it.is_ascii_alphanumeric() || "/!-_.*'()".contains(it);
        if !prefix.chars().all(safe) || prefix.len() > 256 {
            return Err("a prefix has 256 letters, digits and `/!-_.*'()` at most".to_owned());
        }
        let prefix = prefix.trim_end_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Place { bucket: bucket.to_owned(), prefix })
    }
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The bucket.
    pub bucket: String,
    /// Its Region; `None`: that of the environment.
    pub region: Option<String>,
    /// Its key there.
    pub key: String,
    /// What is in it: JSON.
    pub body: String,
    /// Against whom it is locked.
    pub mode: Mode,
    /// Until when.
    pub until: Timestamp,
}

/// Puts a locked object, once. A bucket without Object Lock refuses it. Returns its version: a bucket with Object Lock
/// keeps each, so that another one under its key hides nothing.
pub async fn put(session: &Session, object: &Object) -> Result<String, Untold> {
    let region = match &object.region {
        Some(region) => region,
        None => session.region().map_err(|error| Untold::certain("Failed", error.to_string()))?,
    };
    let config = session.config(region, Attempts::One);
    // A pretend AWS has one address, and no names below it for its buckets.
    let is_pretend = session.pretend_place().is_some() || config.endpoint_url().is_some();
    let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(is_pretend).build();
    let until = u64::try_from(object.until.as_second()).unwrap_or_default();
    let put = aws_sdk_s3::Client::from_conf(config)
        .put_object()
        .bucket(&object.bucket)
        .key(&object.key)
        .content_type("application/json")
        .object_lock_mode(match object.mode {
            Mode::Compliance => ObjectLockMode::Compliance,
            Mode::Governance => ObjectLockMode::Governance,
        })
        .object_lock_retain_until_date(DateTime::from(
            UNIX_EPOCH + std::time::Duration::from_secs(until),
        ))
        .body(ByteStream::from(object.body.clone().into_bytes()))
        .send()
        .await
        .map_err(|error| error::failed(&error))?;
    match put.version_id() {
        Some(version) => Ok(version.to_owned()),
        // It has versions if it locks.
        None => Err(Untold::certain("Failed", "the bucket keeps no versions, so it locks nothing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_bucket_and_how_keys_begin() {
        let read = |text| Place::read(text).map(|it| (it.bucket, it.prefix));
        let of = |bucket: &str, prefix: &str| Ok((bucket.to_owned(), prefix.to_owned()));
        assert_eq!(read("s3://evidence"), of("evidence", ""));
        assert_eq!(read("s3://evidence/"), of("evidence", ""));
        assert_eq!(read("s3://evidence/dr/heads/"), of("evidence", "dr/heads/"));
        for wrong in
            ["", "evidence", "s3://", "s3://Evidence", "s3://ev/../x y", "https://evidence"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
