//! What is said about wrong settings, and what a real HTTP client makes of a broken connection.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use moontide_runtime::effect::{Class, Outcome, Reply};

use aws_types::os_shim_internal::{Env, Fs};

use super::opened::https_client;
use super::*;
use crate::attempts::Attempts;
use crate::error::{Failure, failed};

const CONFIG: &str = "[default]\nregion = us-east-1\n[profile dr]\nregion = us-west-2\n";

async fn open(settings: SessionSettings, env: &[(&str, &str)]) -> Result<Session, SessionError> {
    let fs = Fs::from_slice(&[("/config", CONFIG), ("/none", ""), ("/broken", "[profile dr")]);
    let mut variables = vec![("AWS_SHARED_CREDENTIALS_FILE", "/none")];
    if !env.iter().any(|(name, _)| *name == "AWS_CONFIG_FILE") {
        variables.push(("AWS_CONFIG_FILE", "/config"));
    }
    variables.extend(env);
    Session::open_in(settings, fs, Env::from_slice(&variables)).await
}

fn in_oregon() -> SessionSettings {
    SessionSettings { region: Some("us-west-2".into()), ..Default::default() }
}

#[tokio::test]
async fn an_unknown_profile_is_named_with_those_there_are() {
    let flag = SessionSettings { profile: Some("prod".into()), ..in_oregon() };
    let by_flag = open(flag, &[("AWS_PROFILE", "dr")]).await.unwrap_err();
    let by_environment = open(in_oregon(), &[("AWS_PROFILE", "prod")]).await.unwrap_err();
    for error in [by_flag, by_environment] {
        assert_eq!(error.to_string(), "there is no AWS profile `prod`");
        assert_eq!(error.next_step(), "Pass one of these with `--profile`: default, dr.");
    }
}

#[tokio::test]
async fn a_known_profile_and_no_profile_are_both_fine() {
    let flag = SessionSettings { profile: Some("dr".into()), ..in_oregon() };
    for settings in [flag, in_oregon()] {
        let session = open(settings, &[("AWS_PROFILE", "dr")]).await.unwrap();
        assert_eq!(session.region().unwrap(), "us-west-2");
    }
    let session = open(in_oregon(), &[("AWS_CONFIG_FILE", "/none")]).await.unwrap();
    assert_eq!(session.region().unwrap(), "us-west-2");
}

#[tokio::test]
async fn a_broken_file_and_a_missing_region_say_what_to_do() {
    let broken = open(in_oregon(), &[("AWS_CONFIG_FILE", "/broken")]).await.unwrap_err();
    assert!(matches!(broken, SessionError::Unreadable { .. }), "{broken:?}");
    assert!(broken.next_step().contains("aws configure list"));
    let nowhere = Session::pretend(https_client()).region().unwrap_err().next_step();
    assert!(nowhere.contains("--region"), "{nowhere}");
}

/// `StartRecovery` through the real HTTP client.
async fn start_recovery_at(host: &str, port: u16) -> Reply {
    let session = Session::pretend_at(&format!("http://{host}:{port}"));
    let drs = aws_sdk_drs::Client::new(&session.config("us-west-2", Attempts::One));
    let error = drs.start_recovery().set_source_servers(Some(vec![])).send().await.unwrap_err();
    Failure::from(error).into_reply(Class::Tagged, "drs.start_recovery")
}

/// An endpoint that takes connections, and sends a byte of an answer that never ends each five seconds.
fn trickling() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                for byte in b"HTTP/1.1 200 OK\r\nX: ".iter().chain(std::iter::repeat(&b'x')) {
                    tokio::time::sleep(Duration::from_secs(5)).await;
                    if stream.try_write(&[*byte]).is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "tokio's clock, which is paused")]
async fn a_read_gives_up_within_a_minute_however_slow_the_answer() {
    let address = format!("http://127.0.0.1:{}", trickling());
    let session = Session::pretend_at(&address);
    let drs = aws_sdk_drs::Client::new(&session.config("us-west-2", Attempts::Several));
    let begun = tokio::time::Instant::now();
    let error = drs.describe_jobs().send().await.unwrap_err();
    assert!(begun.elapsed() <= Duration::from_secs(61), "{:?}", begun.elapsed());
    assert!(failed(&error).retryable, "{error:?}");
}

#[tokio::test]
async fn where_no_server_listens_nothing_has_happened() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let reply = start_recovery_at("127.0.0.1", port).await;
    let Outcome::Failed { error } = reply.outcome else { panic!("{reply:?}") };
    assert_eq!((error.code.as_str(), error.retryable), ("ConnectionFailed", true));
}

#[tokio::test]
async fn a_name_that_no_server_has_is_no_connection_either() {
    let reply = start_recovery_at("drs.invalid", 80).await;
    let Outcome::Failed { error } = reply.outcome else { panic!("{reply:?}") };
    assert_eq!(error.code, "ConnectionFailed");
}

#[tokio::test]
async fn where_a_server_listens_and_hangs_up_it_is_unknown() {
    for begun_answer in ["", "HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\n{\"job\":"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let read = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(begun_answer.as_bytes()).unwrap();
            read
        });
        let reply = start_recovery_at("127.0.0.1", port).await;
        assert!(matches!(reply.outcome, Outcome::Unknown { .. }), "{begun_answer:?}: {reply:?}");
        assert!(server.join().unwrap() > 0, "the request has arrived");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let sends = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 8192]).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\n").unwrap();
        let block = vec![b' '; 1 << 20];
        // As much as is taken: not a tenth of what was announced.
        (0..1000).take_while(|_| stream.write_all(&block).is_ok()).count()
    });
    let reply = start_recovery_at("127.0.0.1", port).await;
    assert!(matches!(reply.outcome, Outcome::Unknown { .. }), "{reply:?}");
    // The connection is closed on this thread, which must not stand still meanwhile.
    let sent = tokio::task::spawn_blocking(|| sends.join().unwrap()).await.unwrap();
    assert!(sent < 100, "{sent} MiB were taken");
}
