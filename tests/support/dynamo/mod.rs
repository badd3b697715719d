//! DynamoDB for tests: `dynoxide`, an emulator, as a process of its own, and a proxy before it that does
//! what no emulator does: throttle, conflict, lose replies, answer with what was true a while ago.
//! `DYNAMODB_EMULATOR=moto` takes another one, of other people and in another language.
//!
//! - `install`: gets the emulator from crates.io, once per target directory. `moto`: the other one.
//! - [`proxy`]: the faults.

#![allow(dead_code, reason = "each test binary uses its part")]

mod install;
mod moto;
pub(crate) mod proxy;
#[path = "../python.rs"]
pub(crate) mod python;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

/// An emulator that lives as long as this test process, however that ends.
pub(crate) struct Dynamo {
    port: u16,
    /// Closed when this process ends; the emulator ends then.
    _life: ChildStdin,
}

impl Dynamo {
    /// The emulator of this test process: started when it is first asked for, empty, in memory. Tests use
    /// tables of their own.
    pub(crate) fn shared() -> &'static Dynamo {
        static SHARED: OnceLock<Dynamo> = OnceLock::new();
        SHARED.get_or_init(Dynamo::start)
    }

    /// Starts one.
    pub(crate) fn start() -> Dynamo {
        #[expect(clippy::disallowed_methods, reason = "chooses what tests run against")]
        let chosen = std::env::var("DYNAMODB_EMULATOR").unwrap_or_default();
        let command = match chosen.as_str() {
            "" | "dynoxide" => vec![install::binary(), "serve".into(), "--host".into()],
            "moto" => vec![moto::binary(), "-H".into()],
            other => panic!("DYNAMODB_EMULATOR is `dynoxide` or `moto`, and not `{other}`"),
        };
        // Another process may get the port before the emulator does.
        let started = (0..20).find_map(|_| Dynamo::start_at(free_port(), &command));
        started.expect("the emulator found no free port of this machine in 20 attempts")
    }

    fn start_at(port: u16, command: &[std::path::PathBuf]) -> Option<Dynamo> {
        // The shell waits for us, and takes the emulator with it.
        let script = r#""$@" & exec 2>&-; read -r _; kill "$!""#;
        let mut shell = Command::new("sh")
            .args(["-c", script, "sh"])
            .args(command)
            .args([
                "127.0.0.1",
                if command.len() == 2 { "-p" } else { "--port" },
                &port.to_string(),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let life = shell.stdin.take().expect("its input is ours");
        let mut said = BufReader::new(shell.stderr.take().expect("its words are ours"));
        let mut told = String::new();
        while said.read_line(&mut told).is_ok_and(|read| read > 0) {
            if told.contains("listening") || told.contains("Running on") {
                // It may say more, and must not wait for a listener.
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut said, &mut std::io::sink());
                    let _ = shell.wait();
                });
                return Some(Dynamo { port, _life: life });
            }
        }
        drop(life);
        let _ = shell.wait();
        None
    }

    /// Its address: `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A proxy before it that does as `hook` says.
    pub(crate) fn proxied(
        &self,
        hook: impl Fn(&proxy::Asked, proxy::Phase) -> proxy::Action + Send + Sync + 'static,
    ) -> proxy::Proxy {
        proxy::Proxy::before(&self.endpoint(), Box::new(hook))
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
    listener.local_addr().expect("it has an address").port()
}
