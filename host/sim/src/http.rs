//! What a request means: which service, which operation, which Region.
//!
//! AWS tells services apart by host name. All of ours share one, so the scope in the signature
//! (`Authorization` header) decides; for unsigned calls, `X-Amz-Target`, the API version in a query
//! body, or a path of DRS. Signatures are not checked.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use jiff::Timestamp;

use crate::fact::Fact;
use crate::wire::Reply;
use crate::{drs, ec2, ssm, sts};

pub(crate) const FACTS: &[Fact] = &[
    Fact::assumed(
        "http.signatures",
        "Signatures are not checked, and unsigned calls are served in the world's Region.",
        "on purpose: the simulator holds no secrets, and curl should work",
    ),
    Fact::documented(
        "http.date",
        "Every reply says in the header Date when it was sent.",
        "RFC 9110, and every published reply of AWS",
    ),
    Fact::observed(
        "http.request-id",
        "Every reply names its request in the header x-amzn-RequestId, replies in XML also in \
         their body.",
        "the headers that botocore's own parsers look for",
    ),
];

/// Marks a response that the caller must never get: the call has taken its course, but its reply
/// is lost on the way.
///
/// [`Simulator::serve`](crate::Simulator::serve) cuts the TCP connection. An in-process connector
/// finds this in the response's extensions and must answer with an I/O error instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplyDropped;

/// The services of the pretend world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Drs,
    Ec2,
    Ssm,
    Sts,
}

impl Service {
    pub(crate) const ALL: [Service; 4] = [Self::Drs, Self::Ec2, Self::Ssm, Self::Sts];

    /// As in the scope of a signature.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Drs => "drs",
            Self::Ec2 => "ec2",
            Self::Ssm => "ssm",
            Self::Sts => "sts",
        }
    }

    /// The operations that are simulated.
    pub(crate) fn operations(self) -> &'static [&'static str] {
        match self {
            Self::Drs => drs::OPERATIONS,
            Self::Ec2 => ec2::OPERATIONS,
            Self::Ssm => ssm::OPERATIONS,
            Self::Sts => sts::OPERATIONS,
        }
    }
}

/// A request that found its service.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) service: Service,
    pub(crate) operation: String,
    /// `None` for an unsigned call.
    pub(crate) region: Option<String>,
    /// The path behind `/tags/`, decoded; the one resource that DRS names in a path.
    pub(crate) resource: String,
    /// Of the URI, decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: String,
}

/// Finds out what a request means; `None` if it means nothing here.
pub(crate) fn read(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Request> {
    let body = String::from_utf8_lossy(body).into_owned();
    let (region, signed_for) = scope(headers).unzip();
    let target = text(headers, "x-amz-target").and_then(|target| target.split_once('.'));
    let form = |name| field(&decode_query(&body), name);

    let service = match signed_for {
        Some(name) => Service::ALL.into_iter().find(|service| service.name() == name)?,
        None if target.is_some() => Service::Ssm,
        None if uri.path() != "/" => Service::Drs,
        None if form("Version")?.as_str() == sts::API_VERSION => Service::Sts,
        None => Service::Ec2,
    };
    let resource = uri.path().strip_prefix("/tags/").map(decode).unwrap_or_default();
    let operation = match service {
        Service::Drs => drs::operation(method, uri.path()),
        Service::Ssm => target?.1.to_owned(),
        Service::Ec2 | Service::Sts => form("Action")?,
    };
    let query = decode_query(uri.query().unwrap_or_default());
    Some(Request { service, operation, region, resource, query, body })
}

/// `Credential=AKID/20261120/us-west-2/drs/aws4_request` → Region and service.
fn scope(headers: &HeaderMap) -> Option<(String, String)> {
    let credential = text(headers, "authorization")?.split("Credential=").nth(1)?;
    let mut parts = credential.split([',', ' ']).next()?.split('/').skip(2);
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
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
fn decode(path: &str) -> String {
    let form = format!("path={}", path.replace('+', "%2B").replace('&', "%26"));
    field(&decode_query(&form), "path").unwrap_or_default()
}

/// A moment as HTTP writes it (RFC 9110): `Fri, 20 Nov 2026 08:00:00 GMT`.
fn http_date(now: Timestamp) -> String {
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Puts a reply on the wire, with the moment at which it leaves by the pretend world's clock.
pub(crate) fn write(reply: Reply, now: Timestamp) -> Response {
    let mut response = Response::new(reply.body.into());
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        headers.insert(header::DATE, date);
    }
    for (name, value) in &reply.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if reply.dropped {
        response.extensions_mut().insert(ReplyDropped);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(service: &str) -> HeaderMap {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-west-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=0"
        );
        HeaderMap::from_iter([(header::AUTHORIZATION, scope.parse().unwrap())])
    }

    #[test]
    fn a_signature_says_which_service_and_region() {
        let uri = Uri::from_static("/StartRecovery");
        let request = read(&Method::POST, &uri, &signed("drs"), b"{}").unwrap();
        assert_eq!(request.service, Service::Drs);
        assert_eq!(request.operation, "StartRecovery");
        assert_eq!(request.region.as_deref(), Some("eu-west-1"));
    }

    #[test]
    fn an_arn_in_a_path_is_decoded() {
        let uri = Uri::from_static("/tags/arn%3Aaws%3Adrs%3Aus-west-2%3A1%3Ajob%2Fdrsjob-1+x");
        let request = read(&Method::GET, &uri, &signed("drs"), b"").unwrap();
        assert_eq!(request.operation, "ListTagsForResource");
        assert_eq!(request.resource, "arn:aws:drs:us-west-2:1:job/drsjob-1+x");
    }

    #[test]
    fn unsigned_calls_are_told_apart_by_their_form() {
        let root = Uri::from_static("/");
        let call = |body: &str| {
            read(&Method::POST, &root, &HeaderMap::new(), body.as_bytes()).map(|call| call.service)
        };
        assert_eq!(call("Action=GetCallerIdentity&Version=2011-06-15"), Some(Service::Sts));
        assert_eq!(call("Action=DescribeInstances&Version=2016-11-15"), Some(Service::Ec2));
        assert_eq!(call("hello"), None);
    }

    #[test]
    fn a_service_that_is_not_simulated_is_nobody() {
        let uri = Uri::from_static("/");
        assert!(read(&Method::POST, &uri, &signed("s3"), b"").is_none());
    }
}
