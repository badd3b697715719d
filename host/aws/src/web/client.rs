//! One request to a place on the web.

use std::fmt;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt as _, Limited};

use super::reach::Reach;
use super::url::Url;
use crate::error::{causes, find};

/// No answer is read further.
const LONGEST: usize = 1024 * 1024;
/// So long a request and its answer may take together.
const TIME: Duration = Duration::from_secs(30);

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// `GET`, `POST` and the like.
    pub method: &'static str,
    /// Of which place.
    pub url: Url,
    /// With these headers.
    pub headers: Vec<(String, String)>,
    /// With this body.
    pub body: String,
}

/// What a place has answered, whatever it was. A redirection is an answer, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// What the header `Retry-After` says.
    pub retry_after: Option<String>,
    /// The body.
    pub body: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// The address is one that no program of ours may connect to.
    #[error("{host} is {address}, a private address that `[http]` of moontide.toml does not name")]
    Private {
        /// The host that led there.
        host: String,
        /// The address.
        address: IpAddr,
    },
    /// It cannot be sent: a header makes no sense.
    #[error("the request cannot be made: {0}")]
    Unsendable(String),
    /// There was no answer, or none that could be read to its end.
    #[error("{0}")]
    Silent(String),
    /// It took too long.
    #[error("no answer within {} s", .0.as_secs())]
    TooSlow(Duration),
}

/// Asks places on the web, within the operator's reach.
#[derive(Clone)]
pub struct Web {
    connector: Arc<Connector>,
    reach: Arc<Reach>,
    time: Duration,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("reach", &self.reach).finish_non_exhaustive()
    }
}

impl Web {
    /// How far it reaches.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Within this reach.
    pub fn new(reach: Reach) -> Web {
        let reach = Arc::new(reach);
        let builder = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring));
        let connector = builder.build_with_resolver(Judged(Arc::clone(&reach)));
        Web { connector: Arc::new(connector), reach, time: TIME }
    }

    /// The same with less time for an answer.
    #[must_use]
    pub fn within(self, time: Duration) -> Web {
        Web { time, ..self }
    }

    /// Asks once.
    pub async fn ask(&self, ask: &Ask) -> Result<Answer, WebError> {
        // A host that is an address is connected to without a word to the resolver.
        if let Some(address) = ask.url.literal() {
            judge(&self.reach, &ask.url.host, address)?;
        }
        let request = request(ask).map_err(WebError::Unsendable)?;
        let asked = tokio::time::timeout(self.time, self.answer(request)).await;
        asked.unwrap_or(Err(WebError::TooSlow(self.time)))
    }

    async fn answer(&self, request: HttpRequest) -> Result<Answer, WebError> {
        let answer = self.connector.call(request).await.map_err(|error| {
            let refused = find::<WebError>(&error).cloned();
            refused.unwrap_or_else(|| WebError::Silent(causes(&error)))
        })?;
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").map(str::to_owned);
        let read = Limited::new(answer.into_body(), LONGEST).collect().await;
        let read = read.map_err(|error| {
            WebError::Silent(format!("the answer ({status}) cannot be read: {error}"))
        })?;
        let body = String::from_utf8_lossy(&read.to_bytes()).into_owned();
        Ok(Answer { status, retry_after, body })
    }
}

fn request(ask: &Ask) -> Result<HttpRequest, String> {
    let mut request = HttpRequest::new(SdkBody::from(ask.body.clone()));
    request.set_method(ask.method).map_err(|error| error.to_string())?;
    request.set_uri(ask.url.to_string()).map_err(|error| error.to_string())?;
    let headers = request.headers_mut();
    for (name, value) in &ask.headers {
        // What a value holds is not told: it may be a secret.
        headers
            .try_insert(name.clone(), value.clone())
            .map_err(|_| format!("the header `{name}` takes no such value"))?;
    }
    Ok(request)
}

fn judge(reach: &Reach, host: &str, address: IpAddr) -> Result<(), WebError> {
    if reach.connects(host, address) {
        return Ok(());
    }
    Err(WebError::Private { host: host.to_owned(), address })
}

/// Resolves a name, and lets through what may be connected to.
#[derive(Clone, Debug)]
struct Judged(Arc<Reach>);

impl ResolveDns for Judged {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        let (reach, host) = (Arc::clone(&self.0), name.to_ascii_lowercase());
        DnsFuture::new(async move {
            let asked = host.clone();
            let found = tokio::task::spawn_blocking(move || (asked.as_str(), 0).to_socket_addrs());
            let found = found.await.map_err(ResolveDnsError::new)?.map_err(ResolveDnsError::new)?;
            let addresses: Vec<IpAddr> = found.map(|it| it.ip()).collect();
            for address in &addresses {
                judge(&reach, &host, *address).map_err(ResolveDnsError::new)?;
            }
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests;
