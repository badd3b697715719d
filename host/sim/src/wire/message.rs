//! An HTTP request as it came, before any service has had it.

use axum::http::{HeaderMap, Method, Uri};
use percent_encoding::percent_decode_str;

/// One request of the wire. Its signature is not checked; what the signature is for, is read.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) method: Method,
    /// As it was sent, percent-encoded: `/2013-04-01/hostedzone/Z1/rrset`.
    pub(crate) path: String,
    /// Of the URI, decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// What the signature is for; `None` for an unsigned request.
    pub(crate) scope: Option<Scope>,
}

/// The part of a signature that names its purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) region: String,
    pub(crate) service: String,
}

impl Message {
    pub(crate) fn new(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Self {
        Self {
            method: method.clone(),
            path: uri.path().to_owned(),
            query: decode_query(uri.query().unwrap_or_default()),
            headers: headers.clone(),
            body: String::from_utf8_lossy(body).into_owned(),
            scope: scope(headers),
        }
    }

    /// The operation in `X-Amz-Target`, behind the service's prefix: the mark of AWS's JSON protocols.
    pub(crate) fn target(&self) -> Option<&str> {
        text(&self.headers, "x-amz-target")?.split_once('.').map(|(_, operation)| operation)
    }

    /// A field of the form in the body: the mark of AWS's query protocols.
    pub(crate) fn form(&self, name: &str) -> Option<String> {
        field(&decode_query(&self.body), name)
    }

    /// Whether it can be of a query protocol: the request has no path, and no target.
    pub(crate) fn may_be_form(&self) -> bool {
        self.path == "/" && self.target().is_none()
    }
}

/// `Credential=AKID/20261120/us-west-2/drs/aws4_request` → Region and service.
fn scope(headers: &HeaderMap) -> Option<Scope> {
    let credential = text(headers, "authorization")?.split("Credential=").nth(1)?;
    let mut parts = credential.split([',', ' ']).next()?.split('/').skip(2);
    Some(Scope { region: parts.next()?.to_owned(), service: parts.next()?.to_owned() })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Reads `a=b&c=d`.
pub(crate) fn decode_query(text: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(text).unwrap_or_default()
}

fn field(query: &[(String, String)], name: &str) -> Option<String> {
    query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

/// Decodes `%3A` and its kind; a path, unlike a form, means `+` literally.
pub(crate) fn decode_path(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}
