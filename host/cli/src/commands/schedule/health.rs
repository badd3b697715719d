//! How `schedule serve` is, over HTTP, for a load balancer, a monitor, Prometheus.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::schedule::serve::metrics::Snapshot;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::now;
use crate::context::Context;
use crate::output::style::faint;

/// Answers there from now on, as long as the process lives.
pub(super) async fn listen(
    context: &Context,
    address: SocketAddr,
    seen: watch::Receiver<Snapshot>,
) -> Result<()> {
    let cannot = |error: std::io::Error| {
        let message = format!("`--health {address}` cannot be listened on: {error}");
        CommandError::new(code::BAD_ARGUMENT, message)
            .hint("`--health 127.0.0.1:0` takes any free port")
    };
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    context.output.say([faint(format!("health: http://{address}/healthz and /metrics"))]);
    let routes = Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .with_state(seen);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            tracing::warn!(%error, "nothing answers for the health any more");
        }
    });
    Ok(())
}

async fn healthz(State(seen): State<watch::Receiver<Snapshot>>) -> Response {
    let snapshot = seen.borrow().clone();
    if snapshot.is_well(now().as_second()) {
        let word = if snapshot.serves { "serves\n" } else { "stands by\n" };
        return word.into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "the store takes no sign of life\n").into_response()
}

async fn metrics(State(seen): State<watch::Receiver<Snapshot>>) -> Response {
    let kind = [("content-type", "text/plain; version=0.0.4")];
    let text = seen.borrow().prometheus();
    (kind, text).into_response()
}
