//! The way out to a port, where a lost reply is a cut connection.

use std::net::SocketAddr;
use std::sync::Arc;

use moontide_sim::{ScaledClock, Scenario, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;

const WORLD: &str = "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n\
    [[servers]]\nname = \"db\"\n\
    [[faults]]\nkind = \"drop_reply\"\noperation = \"drs:DescribeJobs\"\n";

/// Sends one request and reads until the server closes; `None` if it closed without a word.
async fn ask(address: SocketAddr, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{request}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    (!answer.is_empty()).then_some(answer)
}

#[tokio::test]
async fn a_lost_reply_cuts_the_connection_and_the_next_caller_is_served() {
    let world = Scenario::parse(WORLD, "world.toml").unwrap();
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
    assert!(
        TcpStream::connect(address).await.is_err(),
        "after the end the simulator does not listen"
    );
}

/// Serves a world while a story is told; under a paused clock, what takes too long takes no time.
async fn while_serving(world: &str, story: impl AsyncFnOnce(SocketAddr)) {
    let world = Scenario::parse(world, "world.toml").unwrap();
    let simulator = Simulator::new(world, Arc::new(ScaledClock::starting_now(1000.0)));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = simulator.serve(listener, async {
        stopped.await.unwrap();
    });
    let telling = async {
        story(address).await;
        stop.send(()).unwrap();
    };
    let ((), served) = tokio::join!(telling, served);
    served.unwrap();
}

const PLAIN: &str = "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n\
    [[servers]]\nname = \"db\"\n";

/// Sends this, and returns what comes back until the server closes.
async fn dawdle(address: SocketAddr, beginning: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(beginning.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_does_not_come_to_the_end_of_a_request_is_cut() {
    while_serving(PLAIN, async |address| {
        for silent in ["", "POST /Desc", "POST /DescribeJobs HTTP/1.1\r\nhost: localhost\r\n"] {
            assert_eq!(dawdle(address, silent).await, "", "{silent:?}");
        }
        let half = "POST /DescribeJobs HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{";
        let answer = dawdle(address, half).await;
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
        let whole = "POST /DescribeJobs HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}";
        let answer = dawdle(address, whole).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "and then it is closed: {answer}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_does_not_read_is_cut() {
    let tag = |n: u8| format!("t{n} = \"{}\"", "x".repeat(256));
    let tags: Vec<String> = (0..16).map(tag).collect();
    let many = format!(
        "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\npage_size = 4000\n\
         [[servers]]\nname = \"db-{{n}}\"\ncount = 3000\ntags = {{ {} }}\n",
        tags.join(", ")
    );
    while_serving(&many, async |address| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        let asked = "POST /DescribeSourceServers HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(asked.as_bytes()).await.unwrap();
        let mut head = [0; 1024];
        let begun = stream.read(&mut head).await.unwrap();
        let head = String::from_utf8_lossy(&head[..begun]).into_owned();
        let length: usize =
            head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        assert!(length > 12 << 20, "more than any buffer holds: {length}");
        tokio::time::sleep(std::time::Duration::from_mins(5)).await;
        let mut rest = Vec::new();
        // What had been sent before may be lost with the connection.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(rest.len() < length / 2, "{} of {length}", rest.len());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn callers_that_hold_every_connection_hold_them_for_a_while_only() {
    while_serving(PLAIN, async |address| {
        let mut held = Vec::new();
        for _ in 0..300 {
            held.push(TcpStream::connect(address).await.unwrap());
        }
        let answer = ask(address, "POST /DescribeJobs HTTP/1.1").await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    })
    .await;
}
