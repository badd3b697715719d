//! Lets strangers judge the simulator: boto3 and the AWS CLI, over TCP, as they come from the Python
//! package index.
//!
//! `judge.py` holds the judgement; this file gives it a Python of its own and a world to look at.
//! It needs `python3` with `venv`, and the index or a mirror of it the first time.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use moontide_sim::{ScaledClock, Scenario, Simulator};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// botocore is pinned beside boto3, which takes any of a range; awscli brings its own copy.
const REQUIREMENTS: [&str; 3] = ["boto3==1.44.5", "botocore==1.44.5", "awscli==1.46.2"];

/// A drill of nine minutes in a third of a second.
const SPEED: f64 = 2000.0;

#[tokio::test]
async fn boto3_and_the_aws_cli_find_nothing_to_complain_about() {
    let world = Scenario::parse(include_str!("outsiders.toml"), "outsiders.toml").unwrap();
    let simulator = Simulator::new(world, Arc::new(ScaledClock::starting_now(SPEED)));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();

    let judgement = tokio::task::spawn_blocking(move || {
        let python = python();
        let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge.py");
        run(Command::new(python).arg(judge).arg(format!("http://{address}")))
    });
    let judgement = while_serving(&simulator, listener, judgement).await.unwrap();

    assert!(judgement.status.success(), "{}", told(&judgement));
}

/// Serves until `task` is done.
async fn while_serving<T>(
    simulator: &Simulator,
    listener: TcpListener,
    task: impl Future<Output = T>,
) -> T {
    let (done, shutdown) = oneshot::channel::<()>();
    let serving = simulator.serve(listener, async {
        let _ = shutdown.await;
    });
    let working = async {
        let result = task.await;
        drop(done);
        result
    };
    let (result, served) = tokio::join!(working, serving);
    served.expect("the simulator serves");
    result
}

/// A Python that has what the judge needs; made on first use, below the target directory.
fn python() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outsiders");
    let python = home.join("bin/python");
    let complete = home.join("complete");
    let wanted = REQUIREMENTS.join(" ");
    if std::fs::read_to_string(&complete).is_ok_and(|installed| installed == wanted) {
        return python;
    }
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    must(Command::new(&python).args(pip).args(REQUIREMENTS));
    std::fs::write(&complete, wanted).expect("the target directory can be written");
    python
}

fn must(command: &mut Command) {
    let output = run(command);
    assert!(
        output.status.success(),
        "cannot prepare the outsiders, so no client has judged the simulator.\n\
         This test needs python3 with venv, and {REQUIREMENTS:?} from PyPI or a mirror.\n\
         {command:?} said:\n{}",
        told(&output)
    );
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}
