//! Where the agent fetches runbooks from. The place is fixed in the document: callers of the command choose among what
//! is there, and no other place.

use serde_json::{Value, json};

use crate::error::{CommandError, Result, code};

/// A place that `aws:downloadContent` reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// `S3`, `GitHub` or `HTTP`.
    pub kind: &'static str,
    /// What the agent has to know of it, as the action wants it.
    pub info: Value,
}

impl Source {
    /// Reads an address: of an object or a folder in S3, of a folder of a branch on GitHub, or of a file.
    pub fn parse(address: &str) -> Result<Source> {
        let plain = address.chars().all(|it| it.is_ascii_graphic() && !"\"'`\\{}<>$".contains(it));
        let rest = address.strip_prefix("https://").filter(|_| plain);
        let (host, path) = rest.and_then(|it| it.split_once('/')).ok_or_else(|| wrong(address))?;
        if host == "github.com" {
            return github(path).ok_or_else(|| wrong(address));
        }
        let is_s3 = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
        let is_s3 = is_s3 && host.split('.').any(|it| it == "s3" || it.starts_with("s3-"));
        Ok(if is_s3 {
            Source { kind: "S3", info: json!({ "path": address }) }
        } else {
            Source { kind: "HTTP", info: json!({ "url": address, "allowInsecureDownload": false }) }
        })
    }
}

/// `OWNER/REPOSITORY/tree/BRANCH/PATH`, as the address of a folder is on that site.
fn github(path: &str) -> Option<Source> {
    let mut parts = path.splitn(5, '/').filter(|it| !it.is_empty());
    let (owner, repository) = (parts.next()?, parts.next()?);
    let mut info = json!({ "owner": owner, "repository": repository });
    if let Some(kind) = parts.next() {
        let branch = parts.next().filter(|_| kind == "tree")?;
        info["getOptions"] = format!("branch:{branch}").into();
        info["path"] = parts.next().unwrap_or_default().into();
    }
    Some(Source { kind: "GitHub", info })
}

fn wrong(address: &str) -> CommandError {
    let message = format!("`{address}` is no place that runbooks can be fetched from");
    CommandError::new(code::BAD_ARGUMENT, message)
        .hint("a folder in S3: `https://BUCKET.s3.REGION.amazonaws.com/runbooks/`")
        .hint("one on GitHub: `https://github.com/OWNER/REPOSITORY/tree/BRANCH/runbooks`; or a file over `https://`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_by_its_address() {
        let read = |address| Source::parse(address).expect("a place");
        let s3 = "https://drills.s3.us-west-2.amazonaws.com/runbooks/";
        assert_eq!(read(s3), Source { kind: "S3", info: json!({ "path": s3 }) });
        let github = read("https://github.com/shop/drills/tree/main/runbooks/all");
        let info = json!({
            "owner": "shop", "repository": "drills", "getOptions": "branch:main", "path": "runbooks/all",
        });
        assert_eq!(github, Source { kind: "GitHub", info });
        assert_eq!(read("https://github.com/shop/drills").info["repository"], "drills");
        assert_eq!(read("https://drills.example/shop.luau").kind, "HTTP");
        for wrong in [
            "s3://drills/runbooks",
            "http://drills.example/x",
            "https://drills.example",
            "",
            "runbooks",
            "https://x.example/{{ Mode }}",
            "https://x.example/a\"b",
            "https://github.com/shop/drills/blob/main/x",
        ] {
            assert!(Source::parse(wrong).is_err(), "{wrong}");
        }
    }
}
