//! The way out to a TCP port.
//!
//! `axum::serve` cannot cut a connection in the middle of a call, which is the one thing that a
//! lost reply must do; so the connections are served here. hyper closes a connection without a
//! word when its service returns an error.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;

use axum::response::Response;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::http::ReplyDropped;
use crate::simulator::Simulator;

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
    /// Serves everyone who connects to `listener`, until `shutdown` is ready. Connections that are
    /// open then are cut.
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
                accepted = listener.accept() => {
                    match accepted {
                        Ok((stream, _)) => {
                            connections.spawn(self.clone().converse(stream));
                        }
                        // A caller that is gone before we turn to it is no reason to close.
                        Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                        Err(error) => return Err(error),
                    }
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }

    /// Serves one connection until either side closes it.
    async fn converse(self, stream: TcpStream) {
        let router = tower::util::MapResult::new(self.router(), cut_dropped);
        let service = TowerToHyperService::new(router);
        if let Err(error) =
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
        {
            tracing::debug!(%error, "a connection ended early");
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
