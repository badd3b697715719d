//! `moontide sim` as a process that callers wear out.

#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::given::{WORLD, shop};
use crate::support::{Home, wait};

/// How many descriptors the simulator may have.
const DESCRIPTORS: usize = 32;

/// A simulator that may have so many descriptors, and its address.
fn simulator(home: &Home) -> (Child, String) {
    let mut plain = home.moontide(&["sim", "--listen=127.0.0.1:0", "--world"]);
    plain.arg(home.path().join("shop/world.toml"));
    let mut limited = Command::new("/bin/sh");
    limited
        .args(["-c", &format!("ulimit -n {DESCRIPTORS}; exec \"$0\" \"$@\"")])
        .arg(plain.get_program())
        .args(plain.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = limited.spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let said = |line: std::io::Result<String>| {
        line.expect("text").strip_prefix("export AWS_ENDPOINT_URL=http://").map(str::to_owned)
    };
    let address = lines.find_map(said).expect("it says where it listens");
    (child, address)
}

/// What the simulator answers.
fn ask(address: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(b"GET /_moontide/calls HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_simulator_that_has_run_out_of_descriptors_goes_on_when_callers_leave() {
    let home = shop(&[("world.toml", WORLD)]);
    let (mut child, address) = simulator(&home);
    let open = format!("/proc/{}/fd", child.id());
    let held: Vec<TcpStream> = (0..2 * DESCRIPTORS)
        .map(|_| TcpStream::connect(&address).expect("the kernel takes it"))
        .collect();
    let count = || std::fs::read_dir(&open).map_or(0, Iterator::count);
    for _ in 0..200 {
        if count() >= DESCRIPTORS || child.try_wait().expect("it can be asked").is_some() {
            break;
        }
        wait(Duration::from_millis(50));
    }
    // What the test was started with may be beyond the limit.
    assert!(count() >= DESCRIPTORS, "it has not run out: {}", count());
    wait(Duration::from_millis(300));
    assert_eq!(child.try_wait().expect("it can be asked"), None, "it has given up");
    drop(held);
    let answer = ask(&address).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}
