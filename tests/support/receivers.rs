//! Receivers of notifications on a port of this machine: what each does is its path.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A message that arrived: the path, the headers, the body.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// Receivers on a port of this machine: what each does is its path.
pub(crate) struct Receivers {
    /// Where they are.
    pub(crate) address: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    /// Whether `/sulks` takes messages by now.
    is_good: Arc<Mutex<bool>>,
    _runtime: tokio::runtime::Runtime,
}

type Shared = (Arc<Mutex<Vec<Arrived>>>, Arc<Mutex<bool>>);

async fn receive(
    State((arrived, is_good)): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let path = uri.path().to_owned();
    let refused = match path.as_str() {
        "/sulks" if !*is_good.lock().expect("no test panics in here") => {
            Some((StatusCode::SERVICE_UNAVAILABLE, "not now").into_response())
        }
        "/busy" => Some((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "60")]).into_response()),
        "/hangs" => std::future::pending().await,
        _ => None,
    };
    refused.unwrap_or_else(|| {
        let body = serde_json::from_str(&body).unwrap_or_default();
        let mut arrived = arrived.lock().expect("no test panics in here");
        arrived.push(Arrived { path, headers, body });
        "ok".into_response()
    })
}

impl Receivers {
    /// Ones that listen from now on. `/sulks` takes nothing at first, `/busy` and `/hangs` never do.
    pub(crate) fn listen() -> Receivers {
        let (arrived, is_good) = Shared::default();
        let state = (Arc::clone(&arrived), Arc::clone(&is_good));
        let router = Router::new().fallback(receive).with_state(state);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let bound = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
        let listener = bound.expect("a port of this machine");
        let address = listener.local_addr().expect("it has an address").to_string();
        runtime.spawn(async move { drop(axum::serve(listener, router).await) });
        Receivers { address, arrived, is_good, _runtime: runtime }
    }

    /// From now on `/sulks` takes what it is told.
    pub(crate) fn get_better(&self) {
        *self.is_good.lock().expect("no test panics in here") = true;
    }

    /// Settings of a user, in this folder, that name a signed webhook for each of these paths, and nothing else but this.
    pub(crate) fn declare(&self, folder: &Path, paths: &[&str], more: &str) {
        std::fs::create_dir_all(folder).expect("a folder");
        let key = folder.join("key");
        std::fs::write(&key, "hunter22\n").expect("it writes");
        let mut settings = format!("{more}[http]\nallow = [\"http://{}/*\"]\n", self.address);
        let receiver = |path: &&str| {
            let (address, key) = (&self.address, key.display());
            format!(
                "[[notify]]\nname = \"{path}\"\nkind = \"webhook\"\nto = \"http://{address}/{path}\"\n\
                 secret = \"file:{key}\"\n"
            )
        };
        settings.extend(paths.iter().map(receiver));
        std::fs::write(folder.join("moontide.toml"), settings).expect("it writes");
    }

    /// What arrived at a path.
    pub(crate) fn at(&self, path: &str) -> Vec<Arrived> {
        let arrived = self.arrived.lock().expect("no test panics in here");
        arrived.iter().filter(|it| it.path == path).cloned().collect()
    }

    /// Which events those are.
    pub(crate) fn keys(&self, path: &str) -> Vec<String> {
        let key = |it: &Arrived| it.body["key"].as_str().unwrap_or_default().to_owned();
        self.at(path).iter().map(key).collect()
    }
}
