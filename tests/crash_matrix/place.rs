//! Where executions are kept, and what can be done to a process at the n-th call to it.

use std::fmt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Phase, Proxy};
use crate::failures::{Failing, Fault};
use crate::point::{Kind, Point};
use crate::support::shim::CallFault;
use crate::support::{Home, Ran, Sim};

/// A kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    /// A file.
    Sqlite,
    /// A table.
    Dynamo,
}

impl fmt::Display for Backend {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Backend::Sqlite => "sqlite",
            Backend::Dynamo => "dynamodb",
        })
    }
}

/// How long leases hold in a table, where it cannot be seen that their holder has died; and in a file whose locks
/// are refused, for which a runner waits so long.
pub(crate) const TTL: &str = "4s";

/// An empty store of a kind, gone with the story.
pub(crate) struct Place {
    home: Home,
    table: Option<Table>,
}

struct Table {
    /// `dynamodb:TABLE@REGION`.
    store: String,
    /// Where STS names the caller of a command.
    sts: String,
}

/// How a process ended that something was to happen to.
pub(crate) struct Struck {
    /// How it ended; without an exit code if it was killed.
    pub(crate) ran: Ran,
    /// Whether it happened.
    pub(crate) came: bool,
}

impl Place {
    /// A new one, beside a simulator.
    pub(crate) fn new(backend: Backend, sim: &Sim) -> Place {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let home = Home::new();
        if backend == Backend::Sqlite {
            return Place { home, table: None };
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let [endpoint, _] = sim.flags();
        let sts = endpoint.trim_start_matches("--endpoint-url=").to_owned();
        let store = format!("dynamodb:story-{number}@us-west-2");
        let place = Place { home, table: Some(Table { store, sts }) };
        place.run(&["store", "init"]).expect(0);
        place
    }

    /// `moontide` with this store.
    pub(crate) fn moontide(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.moontide(arguments);
        if let Some(Table { store, sts }) = &self.table {
            command
                .env("MOONTIDE_STORE", store)
                .env("MOONTIDE_LEASE_TTL", TTL)
                .env("AWS_ENDPOINT_URL_DYNAMODB", Dynamo::shared().endpoint())
                .env("AWS_ENDPOINT_URL_STS", sts);
        }
        command
    }

    /// Runs `moontide` with this store to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.moontide(arguments).output().expect("moontide starts"))
    }

    /// Runs a command to which something happens at its n-th call to the store.
    pub(crate) fn spring(&self, mut victim: Command, point: Point) -> Struck {
        if matches!(point.kind, Kind::Fails(_)) {
            // A store that fails for good is not worth half an hour.
            victim.env("MOONTIDE_PATIENCE", "6s");
        }
        if self.table.is_some() {
            spring_at_table(victim, point)
        } else {
            self.spring_at_file(victim, point)
        }
    }

    fn spring_at_file(&self, mut victim: Command, Point { kind, number }: Point) -> Struck {
        if matches!(kind, Kind::Fails(Failing { fault: Fault::Refused, .. })) {
            victim.env("MOONTIDE_LEASE_TTL", TTL);
        }
        let mark = self.home.path().join("mark");
        let _ = std::fs::remove_file(&mark);
        let strike = match kind {
            Kind::Written => CallFault::once("sync", number, "kill-after"),
            Kind::Writing => CallFault::once("write,sync", number, "kill-half"),
            Kind::Fails(failing) => failing.strike(number),
            _ => unreachable!("{kind} is no matter of the store"),
        };
        let strike = CallFault { mark: Some(mark.clone()), ..strike };
        let output = strike.around(victim).output().expect("moontide starts");
        Struck { ran: Ran::of(&output), came: mark.exists() }
    }
}

/// A process that was stopped with SIGSTOP.
pub(crate) struct Stopped {
    child: Child,
    /// The table it talks to, if it keeps its executions in one.
    _proxy: Option<Proxy>,
}

impl Stopped {
    /// Continues it, and returns how it ends.
    pub(crate) fn go_on(self) -> Ran {
        kill_process(Pid::from_child(&self.child), Signal::CONT).expect("it was stopped");
        Ran::of(&self.child.wait_with_output().expect("it can be waited for"))
    }
}

impl Place {
    /// Starts a process that is stopped after its n-th write to the store has become durable; `None` if it
    /// ended before.
    pub(crate) fn stop(&self, mut victim: Command, number: usize) -> Option<Stopped> {
        victim.env("MOONTIDE_LEASE_TTL", TTL);
        victim.stdout(Stdio::piped()).stderr(Stdio::piped());
        if self.table.is_some() {
            return stop_at_table(victim, number);
        }
        let mark = self.home.path().join("mark");
        let _ = std::fs::remove_file(&mark);
        let strike = CallFault::once("sync", number, "stop-after");
        let strike = CallFault { mark: Some(mark.clone()), ..strike };
        let child = strike.around(victim).spawn().expect("moontide starts");
        let child = stopped(child, || mark.exists())?;
        Some(Stopped { child, _proxy: None })
    }
}

/// Waits until it is stopped, or has ended.
fn stopped(mut child: Child, is_marked: impl Fn() -> bool) -> Option<Child> {
    while !is_marked() {
        if child.try_wait().expect("it can be waited for").is_some() {
            return None;
        }
        crate::support::wait(Duration::from_millis(5));
    }
    Some(child)
}

fn stop_at_table(mut victim: Command, number: usize) -> Option<Stopped> {
    let came = Arc::new(AtomicBool::new(false));
    let prey = Arc::new(Mutex::new(None));
    let (comes, hunted) = (Arc::clone(&came), Arc::clone(&prey));
    let proxy = Dynamo::shared().proxied(move |asked, phase| {
        if asked.write == Some(number) && phase == Phase::After {
            let victim = hunted.lock().expect("no story panics in here").expect("it was started");
            kill_process(victim, Signal::STOP).expect("it runs");
            comes.store(true, Ordering::Relaxed);
        }
        Action::Pass
    });
    victim.env("AWS_ENDPOINT_URL_DYNAMODB", proxy.endpoint());
    let mut known = prey.lock().expect("no story panics in here");
    let child = victim.spawn().expect("moontide starts");
    *known = Some(Pid::from_child(&child));
    drop(known);
    let child = stopped(child, || came.load(Ordering::Relaxed))?;
    Some(Stopped { child, _proxy: Some(proxy) })
}

fn spring_at_table(mut victim: Command, Point { kind, number }: Point) -> Struck {
    let came = Arc::new(AtomicBool::new(false));
    let prey = Arc::new(Mutex::new(None));
    let (comes, hunted) = (Arc::clone(&came), Arc::clone(&prey));
    let proxy = Dynamo::shared().proxied(move |asked, phase| {
        let dies_at = |side| (asked.write == Some(number) && phase == side).then_some(Action::Drop);
        let action = match kind {
            Kind::Written => dies_at(Phase::After),
            Kind::Writing => dies_at(Phase::Before),
            Kind::Fails(failing) => failing.action(asked, phase, number),
            _ => unreachable!("{kind} is no matter of the store"),
        };
        let Some(action) = action else { return Action::Pass };
        comes.store(true, Ordering::Relaxed);
        if !matches!(kind, Kind::Fails(_)) {
            let victim = hunted.lock().expect("no story panics in here").expect("it was started");
            kill_process(victim, Signal::KILL).expect("it runs");
        }
        action
    });
    victim.env("AWS_ENDPOINT_URL_DYNAMODB", proxy.endpoint());
    victim.stdout(Stdio::piped()).stderr(Stdio::piped());
    // Locked until the victim is known: its death waits for that.
    let mut known = prey.lock().expect("no story panics in here");
    let victim = victim.spawn().expect("moontide starts");
    *known = Some(Pid::from_child(&victim));
    drop(known);
    let ran = Ran::of(&victim.wait_with_output().expect("it can be waited for"));
    Struck { ran, came: came.load(Ordering::Relaxed) }
}
