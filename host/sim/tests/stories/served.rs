//! The way out to a port, where a lost reply is a cut connection.

use std::sync::Arc;

use moontide_sim::{ScaledClock, Simulator, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const WORLD: &str = "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n\
    [[servers]]\nname = \"db\"\n\
    [[faults]]\nkind = \"drop_reply\"\noperation = \"drs:DescribeJobs\"\n";

/// Sends one request and reads until the server closes; `None` if it closed without a word.
async fn ask(address: std::net::SocketAddr, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{request}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    (!answer.is_empty()).then_some(answer)
}

#[tokio::test]
async fn a_lost_reply_cuts_the_connection_and_the_next_caller_is_served() {
    let world = World::parse(WORLD, "world.toml").unwrap();
    let simulator = Simulator::new(world, Arc::new(ScaledClock::starting_now(1000.0)));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = simulator.serve(listener, async {
        stopped.await.unwrap();
    });
    let story = async {
        assert_eq!(ask(address, "POST /DescribeJobs HTTP/1.1").await, None);
        let answer = ask(address, "POST /DescribeJobs HTTP/1.1").await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");

        let answer = ask(address, "GET /_moontide/calls HTTP/1.1").await.unwrap();
        let (_, calls) = answer.split_once("\r\n\r\n").unwrap();
        let calls: serde_json::Value = serde_json::from_str(calls).unwrap();
        assert_eq!(calls[0]["operation"], "DescribeJobs");
        assert_eq!(calls[0]["status"], serde_json::Value::Null);
        assert_eq!(calls[1]["status"], 200);
        stop.send(()).unwrap();
    };
    let ((), served) = tokio::join!(story, served);
    served.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "after the end nobody listens");
}
