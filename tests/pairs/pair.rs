//! What a pair of executions does, and in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Mutex;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any};

use crate::ledger::{self, Deleted};
use crate::support::{Home, Ran, Sim};

/// The servers, and the tags by which waves select them: each wave may select one, a half, or all.
const SERVERS: [&str; 4] =
    ["s-00000000000000001", "s-00000000000000002", "s-00000000000000003", "s-00000000000000004"];

/// Fast enough for dozens of pairs; a job of nine minutes takes a third of a second.
const SPEED: f64 = 1500.0;

/// A wave of a runbook.
#[derive(Clone, Debug)]
struct Wave {
    /// 0 to 3: one server; 4 and 5: the odd and the even ones; 6: all.
    selects: usize,
    /// Whether it begins after the one before it.
    follows: bool,
    /// Whether a person is asked before it begins.
    asks: bool,
    /// How many minutes it takes before it launches.
    sleeps: u32,
    /// Whether its `verify` fails, and what then.
    fails: Option<&'static str>,
}

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// An execution is driven as far as it gets; its questions are answered first.
    Drive(usize),
    /// Both at once.
    Both,
    /// Its failed waves are tried again.
    Retry(usize),
    /// What it has launched is terminated.
    CleanUp(usize),
}

/// Two executions that share servers.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    executions: [(Vec<Wave>, Option<usize>); 2],
    /// Which servers have an instance of another tool at first, and whether it is a drill.
    stand: [Option<bool>; 4],
    steps: Vec<Step>,
    /// Whether each is begun beside the other: then the rules of the door come first that judge a launch.
    beside: bool,
}

const IDS: [&str; 2] = ["first", "second"];

fn wave() -> impl Strategy<Value = Wave> {
    let fails =
        option::weighted(0.25, proptest::sample::select(vec!["abort", "retry", "ask", "skip"]));
    (0..7usize, any::<bool>(), proptest::bool::weighted(0.3), 0..20u32, fails).prop_map(
        |(selects, follows, asks, sleeps, fails)| Wave { selects, follows, asks, sleeps, fails },
    )
}

fn step() -> impl Strategy<Value = Step> {
    proptest::prop_oneof![
        4 => (0..2usize).prop_map(Step::Drive),
        3 => proptest::strategy::Just(Step::Both),
        2 => (0..2usize).prop_map(Step::Retry),
        1 => (0..2usize).prop_map(Step::CleanUp),
    ]
}

/// Any pair.
pub(crate) fn any_pair() -> impl Strategy<Value = Pair> {
    let execution = || (vec(wave(), 1..=3), option::weighted(0.2, 0..4usize));
    let stands = || option::weighted(0.15, any::<bool>());
    let stand = [stands(), stands(), stands(), stands()];
    let beside = proptest::bool::weighted(0.7);
    ([execution(), execution()], stand, vec(step(), 2..=6), beside)
        .prop_map(|(executions, stand, steps, beside)| Pair { executions, stand, steps, beside })
}

impl Pair {
    /// One of which the second gives up all that the first has launched.
    pub(crate) fn that_gives_up_everything() -> Pair {
        let wave = Wave { selects: 0, follows: false, asks: false, sleeps: 0, fails: None };
        let executions = [(vec![wave.clone()], None), (vec![wave], Some(0))];
        Pair {
            executions,
            stand: [None; 4],
            steps: vec![Step::Drive(0), Step::Drive(1)],
            beside: false,
        }
    }

    /// Plays it, and nothing may be deleted that was not given up.
    pub(crate) fn play(&self) {
        for it in self.deleted() {
            let who = IDS.iter().position(|id| *id == it.by).expect("one of the two");
            let named = self.executions[who].1.map(|server| SERVERS[server]);
            let own = it.cleanup && it.owner.starts_with(&format!("{}/", it.by));
            let given_up = !it.cleanup && named == Some(it.server.as_str());
            assert!(own || given_up, "{it:?} in {self:?}");
        }
    }

    /// Plays it, and returns what was deleted.
    pub(crate) fn deleted(&self) -> Vec<Deleted> {
        let (home, sim) = (Home::new(), Sim::at(&self.world(), SPEED));
        for (id, (waves, _)) in IDS.iter().zip(&self.executions) {
            let path = home.path().join(format!("{id}.luau"));
            std::fs::write(path, runbook(id, waves)).expect("it can be written");
        }
        let play = Play { pair: self, home, sim, cleanups: Mutex::default() };
        for step in &self.steps {
            match *step {
                Step::Drive(who) => play.drive(who),
                Step::Both => std::thread::scope(|scope| {
                    scope.spawn(|| play.drive(0));
                    scope.spawn(|| play.drive(1));
                }),
                Step::Retry(who) => play.retry(who),
                Step::CleanUp(who) => play.clean_up(who),
            }
        }
        let stand = SERVERS.iter().zip(self.stand).filter(|(_, stands)| stands.is_some());
        let stand: BTreeSet<String> = stand.map(|(id, _)| (*id).to_owned()).collect();
        let cleanups = play.cleanups.into_inner().expect("nothing panics in here");
        ledger::deleted(&ledger::jobs(&play.sim), &stand, &cleanups)
    }

    fn world(&self) -> String {
        let mut world =
            "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\n".to_owned();
        for (at, (id, stands)) in SERVERS.iter().zip(self.stand).enumerate() {
            let half = if at % 2 == 0 { "odd" } else { "even" };
            let _ = write!(
                world,
                "[[servers]]\nname = \"server-{at}\"\nid = \"{id}\"\n\
                 tags = {{ App = \"shop\", Half = \"{half}\", One = \"{at}\" }}\n"
            );
            if let Some(drill) = stands {
                let _ = writeln!(world, "recovery_instance = {{ drill = {drill}, age = \"1d\" }}");
            }
        }
        world
    }
}

fn runbook(id: &str, waves: &[Wave]) -> String {
    let mut text = format!(
        "local moontide = require('@moontide')\n\
         return moontide.runbook {{ name = '{id}', region = 'us-west-2', waves = {{\n"
    );
    for (at, wave) in waves.iter().enumerate() {
        let tags = match wave.selects {
            one @ 0..=3 => format!("One = '{one}'"),
            4 => "Half = 'odd'".to_owned(),
            5 => "Half = 'even'".to_owned(),
            _ => "App = 'shop'".to_owned(),
        };
        let _ = write!(text, "{{ name = 'wave-{at}', servers = {{ tags = {{ {tags} }} }},");
        let _ = write!(text, " before = function() moontide.sleep('{}m') end,", wave.sleeps);
        if wave.follows && at > 0 {
            let _ = write!(text, " depends_on = {{ 'wave-{}' }},", at - 1);
        }
        if wave.asks {
            text += " pause = 'Go on?',";
        }
        if let Some(policy) = wave.fails {
            let _ = write!(text, " verify = function() error('no') end, on_failure = '{policy}',");
        }
        text += " },\n";
    }
    text + "} }\n"
}

/// A pair that is being played.
struct Play<'p> {
    pair: &'p Pair,
    home: Home,
    sim: Sim,
    /// Which execution each job that terminates belongs to.
    cleanups: Mutex<BTreeMap<String, String>>,
}

impl Play<'_> {
    fn moontide(&self, arguments: &[&str]) -> Ran {
        let mut command = self.home.moontide(arguments);
        command.env("AWS_MAX_ATTEMPTS", "1").current_dir(self.home.path());
        let ran = Ran::of(&command.output().expect("moontide starts"));
        let panicked = ran.stderr.contains("panicked") || ran.code == Some(70);
        assert!(!panicked, "{arguments:?}: {ran:?} in {:?}", self.pair);
        ran
    }

    fn aws(&self, arguments: &[&str]) -> Ran {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        self.moontide(&arguments.iter().copied().chain(flags).collect::<Vec<_>>())
    }

    fn status(&self, who: usize) -> Option<serde_json::Value> {
        let ran = self.moontide(&["status", IDS[who], "--output=json"]);
        (ran.code == Some(0)).then(|| ran.json())
    }

    fn drive(&self, who: usize) {
        let Some(status) = self.status(who) else { return self.start(who) };
        for prompt in status["prompts"].as_array().into_iter().flatten() {
            // Nothing is given up by an answer: what has an instance keeps it.
            let choices = prompt["choices"].as_array().cloned().unwrap_or_default();
            let choice = ["keep", "continue", "skip", "did-not"].into_iter();
            let choice = choice.map(serde_json::Value::from).find(|it| choices.contains(it));
            let name = ["name", "prompt", "id"].into_iter().find_map(|it| prompt[it].as_str());
            if let (Some(choice), Some(name)) = (choice, name) {
                self.moontide(&["answer", IDS[who], name, choice.as_str().unwrap_or_default()]);
            }
        }
        self.aws(&["resume", IDS[who]]);
    }

    fn start(&self, who: usize) {
        let (runbook, id) = (format!("{}.luau", IDS[who]), format!("--execution-id={}", IDS[who]));
        let named = self.pair.executions[who].1;
        let named = named.map(|server| format!("--replace={}", SERVERS[server]));
        let mut run = vec!["run", &runbook, "--mode=drill", &id];
        let beside = format!("--beside={}", IDS[1 - who]);
        if self.pair.beside {
            run.push(&beside);
        }
        if let Some(named) = &named {
            run.extend([named.as_str(), "--yes"]);
        }
        self.aws(&run);
    }

    fn retry(&self, who: usize) {
        let Some(status) = self.status(who) else { return };
        for wave in status["waves"].as_array().into_iter().flatten() {
            if wave["status"] == "failed" {
                self.moontide(&["retry", IDS[who], wave["name"].as_str().unwrap_or_default()]);
            }
        }
        self.drive(who);
    }

    fn clean_up(&self, who: usize) {
        let before = ledger::jobs(&self.sim).len();
        self.aws(&["cleanup", IDS[who]]);
        let jobs = ledger::jobs(&self.sim);
        let mut cleanups = self.cleanups.lock().expect("nothing panics in here");
        for job in &jobs[before..] {
            let id = job["jobID"].as_str().unwrap_or_default().to_owned();
            cleanups.insert(id, IDS[who].to_owned());
        }
    }
}
