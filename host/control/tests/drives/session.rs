//! A session at a desk that is a list of lines: what it shows, what it refuses, and what a killed one goes on with.

use std::collections::VecDeque;
use std::future::pending;

use async_trait::async_trait;
use moontide_control::session::{self, Desk, Input, Proposal, Typed, left};
use moontide_runtime::journal::Body;
use serde_json::json;

use super::*;

/// A desk at which these lines are typed, one after another.
#[derive(Default)]
struct Typing {
    lines: RefCell<VecDeque<Input>>,
    consents: bool,
    shown: RefCell<Vec<Value>>,
    asked: RefCell<Vec<Proposal>>,
}

#[async_trait(?Send)]
impl Desk for Typing {
    async fn next(&self, _typed: Typed) -> Input {
        self.lines.borrow_mut().pop_front().unwrap_or(Input::End)
    }

    fn show(&self, shown: &Value) {
        self.shown.borrow_mut().push(shown.clone());
    }

    async fn consents(&self, proposal: &Proposal) -> bool {
        self.asked.borrow_mut().push(proposal.clone());
        self.consents
    }

    async fn interrupted(&self) {
        pending::<()>().await;
    }

    fn is_sent(&self, _operation: &str) {}
}

impl Typing {
    fn of(lines: &[Input], consents: bool) -> Rc<Typing> {
        let lines = RefCell::new(lines.iter().cloned().collect());
        Rc::new(Typing { lines, consents, ..Typing::default() })
    }

    /// What came of each line: its values, or the code of its error.
    fn ends(&self) -> Vec<Value> {
        let shown = self.shown.borrow();
        let end = |shown: &Value| match shown["error"]["code"].as_str() {
            Some(code) => json!(code),
            None => shown["values"].clone(),
        };
        shown.iter().map(end).collect()
    }
}

/// The world of `hello`, and a store.
struct Place {
    memory: Arc<MemoryStore>,
    simulator: Simulator,
    clock: Arc<dyn Clock>,
}

impl Place {
    fn new() -> Place {
        let scenario = world_file::beside(&runbook("hello")).expect("it works here");
        let start = start_of(&scenario);
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(start));
        let simulator = Simulator::new(scenario, Arc::new(PausedClock::new(start)));
        Place { memory: Arc::new(MemoryStore::new()), simulator, clock }
    }

    fn operator(&self) -> Operator {
        let store = Arc::clone(&self.memory) as Arc<dyn Store>;
        let session = rehearsal::session(&self.simulator);
        let opened = Some(Opened { session, clock: Some(Arc::clone(&self.clock)) });
        let region = Some("us-west-2".to_owned());
        let target = Target { opened, region, ..Target::default() };
        Operator { target, ..operator(&store, &Rc::default()) }
    }

    /// Holds a session of these lines; returns its id.
    async fn hold(&self, desk: &Rc<Typing>) -> String {
        let operator = self.operator();
        let desk = Rc::clone(desk) as Rc<dyn Desk>;
        let begun = Box::pin(session::begin(&operator, &desk, BTreeMap::new())).await;
        let runner = begun.expect("it begins");
        let driven = runner.drive(pending()).await.expect("it works here");
        assert_eq!(driven.ended, Ended::Finished(ExecutionStatus::Completed));
        runner.execution.id.clone()
    }

    /// How often servers were launched.
    fn launches(&self) -> usize {
        let counts = self.simulator.counts();
        counts.get("drs").and_then(|drs| drs.get("StartRecovery")).copied().unwrap_or_default()
    }
}

fn line(text: &str) -> Input {
    Input::Line(text.to_owned())
}

const LAUNCH: &str = "drs.start_recovery { is_drill = true, source_servers = { { source_server_id = drs.source_servers()[1].source_server_id } } }.job.job_id ~= nil";

#[tokio::test(start_paused = true)]
async fn lines_share_their_variables_and_end_by_themselves() {
    let place = Place::new();
    let lines = [
        "local count, name = 2, \"x\"",
        "count + 1",
        "_ * 2",
        "local function twice(n) return n * count, name end",
        "twice(4)",
        "cuont",
        "for _, server in drs.source_servers() do count += 100 end",
        "count > 100",
        "error(\"no\")",
        "if then",
        "nil",
        "x = 1",
    ];
    let desk = Typing::of(&lines.map(line), false);
    place.hold(&desk).await;
    let expected = json!([
        [], [3], [6], [], [8, "x"], "UnknownVariable", [], [true], "ScriptError", "SyntaxError",
        [{ "kind": "nil" }], [],
    ]);
    assert_eq!(Value::from(desk.ends()), expected);
    let shown = desk.shown.borrow();
    let message = shown[5]["error"]["message"].as_str().unwrap();
    assert_eq!(message, "there is no variable `cuont`, did you mean `count`?");
    assert_eq!(shown[8]["error"]["place"], "line 9:1");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_changed_without_a_permit_and_consent() {
    let place = Place::new();
    let desk = Typing::of(&[line(LAUNCH)], true);
    place.hold(&desk).await;
    assert_eq!((desk.ends(), place.launches()), (vec![json!("PolicyRefused")], 0));
    assert!(desk.asked.borrow().is_empty(), "what is read-only asks nothing");

    let desk = Typing::of(&[Input::Write(true), line(LAUNCH)], false);
    place.hold(&desk).await;
    assert_eq!((desk.ends(), place.launches()), (vec![json!("PolicyRefused")], 0));
    let asked = desk.asked.take();
    assert_eq!(
        (asked[0].operation.as_str(), asked[0].touches[0].0.as_str()),
        ("drs.start_recovery", "launch")
    );

    let desk =
        Typing::of(&[Input::Write(true), line(LAUNCH), Input::Write(false), line(LAUNCH)], true);
    place.hold(&desk).await;
    assert_eq!((desk.ends(), place.launches()), (vec![json!([true]), json!("PolicyRefused")], 1));
}

/// A desk whose operator takes their time: meanwhile another session launches the same server.
struct Slow {
    typing: Rc<Typing>,
    place: &'static Place,
}

#[async_trait(?Send)]
impl Desk for Slow {
    async fn next(&self, typed: Typed) -> Input {
        self.typing.next(typed).await
    }

    fn show(&self, shown: &Value) {
        self.typing.show(shown);
    }

    async fn consents(&self, _proposal: &Proposal) -> bool {
        let other = Typing::of(&[Input::Write(true), line(LAUNCH)], true);
        Box::pin(self.place.hold(&other)).await;
        assert_eq!(other.ends(), [json!([true])]);
        true
    }

    async fn interrupted(&self) {
        pending::<()>().await;
    }

    fn is_sent(&self, _operation: &str) {}
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_about_is_judged_once_more_behind_the_answer() {
    let place: &'static Place = Box::leak(Box::new(Place::new()));
    let typing = Typing::of(&[Input::Write(true), line(LAUNCH)], true);
    let desk = Rc::new(Slow { typing: Rc::clone(&typing), place }) as Rc<dyn Desk>;
    let operator = place.operator();
    let begun = Box::pin(session::begin(&operator, &desk, BTreeMap::new())).await;
    let driven = begun.expect("it begins").drive(pending()).await.expect("it works here");
    assert_eq!(driven.ended, Ended::Finished(ExecutionStatus::Completed));
    assert_eq!((typing.ends(), place.launches()), (vec![json!("PolicyRefused")], 1));
}

#[tokio::test(start_paused = true)]
async fn what_runbooks_remember_is_changed_with_consent_only() {
    let place = Place::new();
    let (put, get) = (line("state.put(\"x\", 1)"), line("state.get(\"x\").value"));
    let desk = Typing::of(&[put.clone(), get.clone()], true);
    place.hold(&desk).await;
    assert_eq!(desk.ends(), [json!("PolicyRefused"), json!([{ "kind": "nil" }])]);
    let desk = Typing::of(&[Input::Write(true), put, get], true);
    place.hold(&desk).await;
    assert_eq!(desk.ends()[1], json!([1]));
    assert_eq!(desk.asked.borrow()[0].operation, "state.put");
}

#[tokio::test(start_paused = true)]
async fn whatever_a_line_returns_the_session_goes_on() {
    let place = Place::new();
    let long = format!("x = 1{}x = 2", " ".repeat(40_000));
    let too_long = format!("x = \"{}\"", "a".repeat(300_000));
    let lines = [
        "drs.describe_jobs()",
        "setmetatable({ 1 }, { __len = function() error(\"no\") end })",
        "setmetatable({}, { __iter = function() error(setmetatable({}, { __tostring = error })) end })",
        "error(setmetatable({}, { __tostring = function() error(\"no\") end }))",
        "2 ^ 63, \"\\xff\"",
        "{ a = 1, \"x\" }",
        &long,
        "x",
        &too_long,
        "{ [{}] = 1 }",
        "1",
    ];
    let desk = Typing::of(&lines.map(line), false);
    place.hold(&desk).await;
    let ends = desk.ends();
    assert_eq!(ends[0][0]["fields"]["items"]["kind"], "list", "{}", ends[0]);
    assert_eq!(ends[1][0]["kind"], "list");
    assert_eq!(ends[3], "ScriptError");
    assert_eq!(
        ends[4],
        json!([{ "kind": "9223372036854776000" }, { "kind": "bytes that are no text" }])
    );
    assert_eq!(ends[5][0]["fields"], json!({ "a": 1, "1": "x" }));
    assert_eq!((&ends[6], &ends[7]), (&json!([]), &json!([2])));
    assert_eq!((&ends[8], ends.last()), (&json!("SyntaxError"), Some(&json!([1]))));
}

#[tokio::test(start_paused = true)]
async fn a_recovery_is_no_part_of_a_session() {
    let place = Place::new();
    let recovery = LAUNCH.replace("is_drill = true", "is_drill = false");
    let desk = Typing::of(&[Input::Write(true), line(&recovery)], true);
    place.hold(&desk).await;
    assert_eq!((desk.ends(), place.launches()), (vec![json!("PolicyRefused")], 0));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_killed_goes_on_where_it_was() {
    let lines = [line("local before = 41"), Input::Write(true), line(LAUNCH)];
    // Where the launch is journaled shows in a session that comes to its end.
    let whole = Place::new();
    let id = whole.hold(&Typing::of(&lines, true)).await;
    let entries = whole.memory.journal(&id, 1).await.unwrap();
    let is_intent = |body: &Body| matches!(body, Body::Intent { .. });
    let intent =
        entries.iter().find(|entry| is_intent(&entry.body)).expect("there is one").sequence;

    let place = Place::new();
    let operator = place.operator();
    let desk = Typing::of(&lines, true) as Rc<dyn Desk>;
    let begun = Box::pin(session::begin(&operator, &desk, BTreeMap::new())).await;
    let runner = begun.expect("it begins");
    let id = runner.execution.id.clone();
    place.memory.silent_behind(intent);
    tokio::select! {
        biased;
        () = place.memory.fell_silent() => {}
        _ = runner.drive(pending()) => panic!("it was to be killed"),
    }
    place.memory.silent_behind(0);
    // A dead runner's lease lapses in real time: another one takes it at once here.
    let seen = place.memory.lease(&id).await.unwrap();
    let lease = place.memory.take(&id, "another", seen.as_ref()).await.unwrap();
    place.memory.release(&lease).await.unwrap();

    let left = left::all(place.memory.as_ref()).await.unwrap();
    let [left] = left.as_slice() else { panic!("one is left") };
    assert_eq!((left.record.execution.id.as_str(), left.lines), (id.as_str(), 2));
    assert_eq!(left.open, ["drs.start_recovery"]);
    let refused =
        Box::pin(resume::go_on(&operator, runner.record().await.unwrap(), Resume::default())).await;
    let refused = refused.err().expect("no runner can type its lines");
    assert_eq!((refused.code, refused.hints.len()), (code::NOT_NOW, 1));

    let desk = Typing::of(&[line("before + 1")], true);
    let as_desk = Rc::clone(&desk) as Rc<dyn Desk>;
    let record = runner.record().await.unwrap();
    let runner = Box::pin(session::go_on(&operator, record, &as_desk)).await.expect("it goes on");
    let driven = runner.drive(pending()).await.expect("it works here");
    assert_eq!(driven.ended, Ended::Finished(ExecutionStatus::Completed));
    assert_eq!(place.launches(), 1, "it was launched once");
    assert_eq!(desk.asked.borrow().iter().map(|it| it.is_again).collect::<Vec<_>>(), [true]);
    assert_eq!(desk.ends(), [json!([true]), json!([42])]);
    let entries = place.memory.journal(&id, 1).await.unwrap();
    assert_eq!(left::worked(&entries), ["local before = 41", LAUNCH, "before + 1"]);
}
