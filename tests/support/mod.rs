//! A home, a simulator on a port, and the real binary, for tests that look in from outside.

#![allow(dead_code, reason = "each test binary uses its part")]

pub(crate) mod contract;
pub(crate) mod hearing;
pub(crate) mod outage;
pub(crate) mod receivers;
pub(crate) mod shim;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::Response;
use moontide_sim::{ReplyDropped, ScaledClock, Scenario, SimClock, Simulator};
use outage::{Outage, Outages};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::Value;
use tower::ServiceExt;

/// How much faster than life the simulator and the runner's waits are.
pub(crate) const SPEED: f64 = 1000.0;

/// A folder of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Lets the processes of a test go on for so long.
#[expect(clippy::disallowed_methods, reason = "no process under test can be told to say when")]
pub(crate) fn wait(duration: Duration) {
    std::thread::sleep(duration);
}

/// A home of its own for executions, gone with the test.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// An empty one.
    pub(crate) fn new() -> Home {
        Home { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `moontide` with nothing of this machine's environment but what it needs.
    pub(crate) fn moontide(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_moontide"));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.path())
            .env("MOONTIDE_HOME", self.path().join("moontide"))
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs `moontide` to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.moontide(arguments).output().expect("moontide starts"))
    }
}

/// How a process ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it printed on stdout.
    pub(crate) stdout: String,
    /// What it printed on stderr.
    pub(crate) stderr: String,
}

impl Ran {
    /// Of a process that has ended.
    pub(crate) fn of(output: &Output) -> Ran {
        let ran = Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        contract::check(&ran.stdout);
        contract::check(&ran.stderr);
        ran
    }

    /// What it printed on stdout, as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same, if it ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// When to kill the runner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    /// At a request for this operation; `None`: at any request.
    pub(crate) operation: Option<&'static str>,
    /// At the how manieth of them, counted from 1.
    pub(crate) number: usize,
    /// On which side of its effect.
    pub(crate) side: Side,
}

/// Before or after a request has had its effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Side {
    /// The request is on the wire and has no effect yet; it never will.
    Before,
    /// It has had its effect, and the reply never arrives.
    After,
}

/// What kills or stops the runner at its moment.
#[derive(Clone, Default)]
pub(crate) struct Trap(Arc<Mutex<Armed>>);

#[derive(Default)]
struct Armed {
    seen: usize,
    moment: Option<Moment>,
    victim: Option<Pid>,
    /// It gets SIGSTOP instead of SIGKILL, and this is told.
    stops: Option<mpsc::Sender<()>>,
    /// It dies with its process group.
    leads_group: bool,
}

impl Trap {
    /// Starts `victim`, to be killed at `moment`, counted from now; returns how it ended, without an exit
    /// code if it was killed.
    pub(crate) fn spring(&self, mut victim: Command, moment: Moment) -> Ran {
        let victim = self.arm(&mut victim, moment, None);
        let output = victim.wait_with_output().expect("it can be waited for");
        self.0.lock().expect("no test panics in here").moment = None;
        Ran::of(&output)
    }

    /// The same with all processes of the group that `victim` leads.
    pub(crate) fn spring_group(&self, mut victim: Command, moment: Moment) -> Output {
        victim.process_group(0);
        let victim = self.arm(&mut victim, moment, None);
        self.0.lock().expect("no test panics in here").leads_group = true;
        let output = victim.wait_with_output().expect("it can be waited for");
        self.0.lock().expect("no test panics in here").moment = None;
        output
    }

    /// Starts `victim` and returns it once it was stopped with SIGSTOP at `moment`.
    pub(crate) fn stop(&self, mut victim: Command, moment: Moment) -> Child {
        let (stops, stopped) = mpsc::channel();
        let victim = self.arm(&mut victim, moment, Some(stops));
        stopped.recv_timeout(Duration::from_mins(1)).expect("its moment comes");
        victim
    }

    fn arm(&self, victim: &mut Command, moment: Moment, stops: Option<mpsc::Sender<()>>) -> Child {
        victim.stdout(Stdio::piped()).stderr(Stdio::piped());
        // Locked until the victim is known: its first request waits for that.
        let mut armed = self.0.lock().expect("no test panics in here");
        let victim = victim.spawn().expect("moontide starts");
        let pid = Some(Pid::from_child(&victim));
        *armed = Armed { seen: 0, moment: Some(moment), victim: pid, stops, leads_group: false };
        victim
    }

    /// Whether the victim is to die at this request, and on which side of it.
    fn side(&self, operation: &str) -> Option<Side> {
        let mut armed = self.0.lock().expect("no test panics in here");
        let moment = armed.moment?;
        armed.seen += usize::from(moment.operation.is_none_or(|wanted| wanted == operation));
        (armed.seen == moment.number).then_some(moment.side)
    }

    /// `kill -9`, or `kill -STOP`.
    fn kill(&self) {
        let mut armed = self.0.lock().expect("no test panics in here");
        let signal = if armed.stops.is_some() { Signal::STOP } else { Signal::KILL };
        if let Some(victim) = armed.victim.take() {
            armed.moment = None;
            let kill = if armed.leads_group { kill_process_group } else { kill_process };
            kill(victim, signal).expect("it runs");
        }
        if let Some(stops) = armed.stops.take() {
            stops.send(()).expect("a test waits for this");
        }
    }
}

/// The operation of a request: named by a header, by its path, or by a form.
fn operation(head: &Parts, body: &[u8]) -> String {
    let target = head.headers.get("x-amz-target").and_then(|it| it.to_str().ok());
    let path = head.uri.path().trim_matches('/');
    let mut form = std::str::from_utf8(body).unwrap_or_default().split('&');
    let action = form.find_map(|field| field.strip_prefix("Action="));
    let name = target.and_then(|it| it.rsplit('.').next());
    name.or(action.filter(|_| path.is_empty())).unwrap_or(path).to_owned()
}

/// What must not happen twice, and how often it happened: `launch s-…`, `tell 2 instances pg_isready`.
type Effects = Arc<Mutex<BTreeMap<String, usize>>>;

/// Every request that a simulator answered: its operation, and its body where that is JSON.
type Requests = Arc<Mutex<Vec<(String, Value)>>>;

/// Another account: the access key that leads there, and what is there.
type Elsewhere = Arc<Mutex<Option<(String, Simulator)>>>;

/// What stands between a simulator and its callers.
#[derive(Clone)]
struct Guards {
    elsewhere: Elsewhere,
    trap: Trap,
    outages: Outages,
    effects: Effects,
    requests: Requests,
    clock: ScaledClock,
}

/// Notes what a request did that should be done once.
fn note(effects: &Effects, operation: &str, body: &[u8]) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let list = |field: &str| body[field].as_array().cloned().unwrap_or_default();
    let done: Vec<String> = match operation {
        "StartRecovery" => {
            let servers = list("sourceServers");
            servers.iter().map(|it| format!("launch {}", text(&it["sourceServerID"]))).collect()
        }
        "SendCommand" => {
            let (count, commands) = (list("InstanceIds").len(), &body["Parameters"]["commands"]);
            vec![format!("tell {count} instances {}", text(&commands[0]))]
        }
        _ => Vec::new(),
    };
    let mut effects = effects.lock().expect("no test panics in here");
    for effect in done {
        *effects.entry(effect).or_default() += 1;
    }
}

/// A simulator on a port of this machine, until it is dropped.
pub(crate) struct Sim {
    /// What happens in it.
    pub(crate) simulator: Simulator,
    /// What kills runners.
    pub(crate) trap: Trap,
    /// What keeps runners from seeing it.
    pub(crate) outages: Outages,
    elsewhere: Elsewhere,
    effects: Effects,
    requests: Requests,
    speed: f64,
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.outages.close();
    }
}

impl Sim {
    /// One with the estate of a world file.
    pub(crate) fn of(world: &Path) -> Sim {
        let text = std::fs::read_to_string(world).expect("the world file is there");
        Sim::with(&text)
    }

    /// One with the estate that the text describes.
    pub(crate) fn with(world: &str) -> Sim {
        Sim::at(world, SPEED)
    }

    /// The same, so many times as fast as life.
    pub(crate) fn at(world: &str, speed: f64) -> Sim {
        let world = Scenario::parse(world, "world.toml").expect("a valid world");
        let clock = ScaledClock::starting_now(speed);
        let simulator = Simulator::new(world, Arc::new(clock));
        let guards = Guards {
            elsewhere: Elsewhere::default(),
            trap: Trap::default(),
            outages: Outages::default(),
            effects: Effects::default(),
            requests: Requests::default(),
            clock,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .expect("a port of this machine");
        let address = listener.local_addr().expect("it has an address");
        let router = guarded(simulator.router(), guards.clone());
        let served = router.clone();
        let task = runtime.spawn(async move { drop(axum::serve(listener, served).await) });
        guards.outages.serve(address, router, runtime.handle().clone(), task);
        let Guards { elsewhere, trap, outages, effects, requests, .. } = guards;
        Sim {
            simulator,
            trap,
            outages,
            elsewhere,
            effects,
            requests,
            speed,
            address,
            _runtime: runtime,
        }
    }

    /// What is signed with `key` arrives in another account from now on, which has the estate of this world.
    pub(crate) fn lead(&self, key: &str, world: &str) -> Simulator {
        let world = Scenario::parse(world, "world.toml").expect("a valid world");
        let there = Simulator::new(world, Arc::new(ScaledClock::starting_now(self.speed)));
        let there_too = there.clone();
        *self.elsewhere.lock().expect("no test panics in here") = Some((key.to_owned(), there));
        there_too
    }

    /// The flags that lead a runner here.
    pub(crate) fn flags(&self) -> [String; 2] {
        [format!("--endpoint-url=http://{}", self.address), format!("--speed={}", self.speed)]
    }

    /// What it was asked, of this operation: the bodies that are JSON.
    pub(crate) fn asked(&self, operation: &str) -> Vec<Value> {
        let requests = self.requests.lock().expect("no test panics in here");
        let same = requests.iter().filter(|(name, _)| name == operation);
        same.map(|(_, body)| body.clone()).collect()
    }

    /// What must not happen twice, and how often it happened.
    pub(crate) fn effects(&self) -> BTreeMap<String, usize> {
        self.effects.lock().expect("no test panics in here").clone()
    }

    /// How often the simulator performed an operation.
    pub(crate) fn performed(&self, operation: &str) -> usize {
        let calls = self.simulator.calls();
        let performed = |status: Option<u16>| status.is_none_or(|status| status < 300);
        let same = calls.iter().filter(|call| call.operation == operation);
        same.filter(|call| performed(call.status)).count()
    }
}

fn guarded(router: Router, guards: Guards) -> Router {
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let Guards { elsewhere, trap, outages, effects, requests, clock } = guards.clone();
        async move {
            let (head, body) = request.into_parts();
            // A caller that died while it sent this has not sent it.
            let Ok(body) = to_bytes(body, usize::MAX).await else { return Response::default() };
            let operation = operation(&head, &body);
            let key = outage::access_key(&head.headers);
            let other = elsewhere.lock().expect("no test panics in here").clone();
            if let Some((_, there)) = other.filter(|(leads, _)| *leads == key) {
                let request = Request::from_parts(head, Body::from(body));
                return match there.router().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
            }
            let outage = outages.of(&operation);
            match outage {
                Some(Outage::Expired) => return outage::expired(&head.headers, clock.now()),
                Some(Outage::Reset | Outage::Refused) => lose("the connection is lost"),
                Some(Outage::Unanswered | Outage::UnansweredThenExpired) | None => {}
            }
            let side = trap.side(&operation);
            if side == Some(Side::Before) {
                trap.kill();
                return Response::new(Body::empty());
            }
            let asked: Bytes = body.clone();
            let json = serde_json::from_slice(&body).unwrap_or_default();
            requests.lock().expect("no test panics in here").push((operation.clone(), json));
            let request = Request::from_parts(head, Body::from(body));
            // A task of its own: what has begun to happen happens, also when the caller dies meanwhile.
            let answered = tokio::spawn(async move {
                let response = next.run(request).await;
                let is_lost = response.extensions().get::<ReplyDropped>().is_some();
                if is_lost || response.status().is_success() {
                    note(&effects, &operation, &asked);
                }
                (response, is_lost)
            });
            let (response, is_lost) = answered.await.expect("the simulator does not panic");
            if side == Some(Side::After) {
                trap.kill();
            }
            if is_lost || outage.is_some() {
                lose("the reply is dropped");
            }
            response
        }
    }))
}

/// Ends the connection's task, and so the connection, without a word.
fn lose(why: &'static str) -> ! {
    std::panic::resume_unwind(Box::new(why))
}
