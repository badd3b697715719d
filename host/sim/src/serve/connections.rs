//! The connections of callers: accepted, served, and cut where a caller holds what the others need.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::response::Response;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::unhurried::Unhurried;
use crate::fact::Fact;
use crate::http::{PATIENCE, ReplyDropped};
use crate::simulator::Simulator;

pub(crate) const FACTS: &[Fact] = &[
    Fact::assumed(
        "http.idle",
        "A connection on which nothing is asked for a minute is closed.",
        "servers close idle connections; when AWS does is not documented",
    ),
    Fact::assumed(
        "http.slow-callers",
        "A caller that takes more than a minute to send a request, or to read on in its reply, is cut; a request \
         of more than a mebibyte is 413.",
        "on purpose: one caller must not hold what the others need",
    ),
];

/// So many connections are served at once; the next caller waits.
const MOST_CONNECTIONS: usize = 256;

/// So long nothing is accepted when that has just failed.
const BREATH: Duration = Duration::from_millis(100);

/// Why a connection is cut: the world wants this reply lost.
#[derive(Debug, thiserror::Error)]
#[error("the world drops this reply")]
struct Cut;

impl From<Infallible> for Cut {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Simulator {
    /// Serves each caller that connects to `listener`, until `shutdown` is ready. Connections that are
    /// open then are cut, as are those of callers that take too long to send or to read.
    ///
    /// It fails only if `listener` cannot be listened on at all.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let mut shutdown = pin!(shutdown);
        // Dropped on return, which aborts every connection.
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = &mut shutdown => return Ok(()),
                accepted = accept(&listener), if connections.len() < MOST_CONNECTIONS => {
                    connections.spawn(self.clone().converse(accepted?));
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }

    /// Serves one connection until either side closes it.
    async fn converse(self, stream: TcpStream) {
        let router = tower::util::MapResult::new(self.router(), cut_dropped);
        let service = TowerToHyperService::new(router);
        let stream = Unhurried::new(TokioIo::new(stream), PATIENCE);
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
        if let Err(error) = server.serve_connection(stream, service).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// The next caller. One that is gone before we turn to it is no reason to stop, and neither is a machine without
/// a descriptor or memory for one more: others will let go of theirs.
async fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Ok(stream),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be taken; trying again");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

fn cut_dropped(response: Result<Response, Infallible>) -> Result<Response, Cut> {
    match response {
        Ok(response) if response.extensions().get::<ReplyDropped>().is_some() => Err(Cut),
        Ok(response) => Ok(response),
        Err(never) => Err(never.into()),
    }
}
