//! Sending a command: what becomes of it on each instance is decided here.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::agent;
use super::command::{CommandOrder, CommandRun, Invocation};
use super::state::Ssm;
use crate::documents;
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::platform::Platform;
use crate::scenario::{Command, CommandStatus};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.invocation.reboot",
        "A script that exits with 194 on Linux, or 3010 on Windows, makes the agent reboot the instance and then \
         run the script again.",
        source::SSM_REBOOTS,
    ),
    Fact::assumed(
        "ssm.invocation.reboot.unscripted",
        "Where the world has no entry for the run after a reboot, that run succeeds.",
        "as every command does that no entry answers; a rehearsal says so in its notes",
    ),
    Fact::documented(
        "ssm.invocation.reboot.limit",
        "The agent runs a document again after a reboot as often as its setting CommandRetryLimit says, which is 15 \
         unless it was changed.",
        "the EC2 Image Builder user guide on its action Reboot, and the source of amazon-ssm-agent",
    ),
    Fact::assumed(
        "ssm.invocation.reboot.limit.end",
        "After one more reboot the document is not run, and the invocation ends TimedOut when the execution time-out \
         has passed.",
        "the agent puts such a document aside and reports nothing of it",
    ),
    Fact::assumed(
        "ssm.invocation.reboot.status",
        "Until the last of these runs has ended the invocation is InProgress, and it shows the output and the \
         exit code of that run; the execution time-out counts anew for each.",
        "the guide says that the status stays correct, and not what it is",
    ),
];

/// From a command's sending to its delivery at an agent that is online.
const DELIVERY: SignedDuration = SignedDuration::from_secs(2);

/// How often an agent runs a document again.
const MOST_RERUNS: usize = 15;

/// What the agent prints on Linux when it is to run PowerShell and there is none.
const NO_POWERSHELL: &str =
    "failed to run commands: fork/exec /usr/bin/pwsh: no such file or directory\n";

impl Ssm {
    /// Sends a command to instances, given by index. All checks are behind us.
    pub(crate) fn send_command(
        &mut self,
        estate: &mut Estate,
        order: CommandOrder,
        instances: &[usize],
        at: Timestamp,
    ) -> &CommandRun {
        let id = estate.seed.uuid(&format!("command/{}", self.commands.len()));
        let mut invocations = Vec::new();
        for instance in instances {
            let invocation = self.invoke(estate, (&id, &order), *instance, at);
            estate.instances[*instance].reboots.extend(&invocation.reboots);
            invocations.push(invocation);
        }
        let run = CommandRun {
            id,
            requested: at,
            visible: at + estate.scenario.timing.command_visible_after,
            invocations,
            order,
        };
        self.commands.push(run);
        &self.commands[self.commands.len() - 1]
    }

    fn invoke(
        &mut self,
        estate: &Estate,
        (id, order): (&str, &CommandOrder),
        index: usize,
        at: Timestamp,
    ) -> Invocation {
        let instance = &estate.instances[index];
        let server = estate.server(instance.server);
        let (name, platform) = (server.name.clone(), server.platform);
        let cannot = order.name == documents::POWERSHELL && !server.powershell;
        let expires = at + order.delivery_timeout;
        let starts =
            agent::reachable_from(estate, &name, at + DELIVERY).filter(|starts| *starts < expires);
        let mut invocation = Invocation {
            instance_id: instance.id.clone(),
            instance_name: name.clone(),
            starts,
            ends: expires,
            outcome: CommandStatus::TimedOut,
            exit_code: -1,
            stdout: String::new(),
            stderr: String::new(),
            reboots: Vec::new(),
            misplaced: !documents::supports(&order.name, platform),
            is_running: false,
            cancelled: None,
        };
        if invocation.misplaced {
            (invocation.starts, invocation.ends) = (None, at + DELIVERY);
        } else if cannot {
            self.met.without_powershell += 1;
            let script = Command::failing(NO_POWERSHELL);
            run(order, &mut invocation, starts, &script);
        } else {
            self.run_scripted(estate, (id, order), &mut invocation, platform);
        }
        invocation
    }

    /// Runs the document as the world scripts it, again after each reboot. An entry that reboots answers once,
    /// and the next that matches answers the run after it.
    fn run_scripted(
        &mut self,
        estate: &Estate,
        (id, order): (&str, &CommandOrder),
        invocation: &mut Invocation,
        platform: Platform,
    ) {
        let values: Vec<&str> = order.parameters.values().flatten().map(String::as_str).collect();
        let name = invocation.instance_name.clone();
        let mut answered = BTreeSet::new();
        let mut starts = invocation.starts;
        loop {
            let answers = |(place, command): &(usize, &Command)| {
                !answered.contains(place)
                    && command.is_of(&estate.scenario.region)
                    && command.matches(&order.name, &values, &name)
            };
            let scripts = estate.scenario.commands.iter().enumerate();
            let place = scripts.into_iter().find(answers).map(|(place, _)| place);
            self.met.command(&order.name, &values, place);
            let script =
                place.map(|place| estate.scenario.commands[place].clone()).unwrap_or_default();
            if script.is_run() {
                return self.start_process(estate, (id, order), invocation, starts);
            }
            run(order, invocation, starts, &script);
            match (place, starts) {
                (Some(place), Some(_)) if script.reboots(platform, order.execution_timeout) => {
                    answered.insert(place);
                }
                (place, _) => {
                    self.note_unsaid(estate, place, order, &name);
                    return self.note_shared(estate, place, &answered, order, &values, &name);
                }
            }
            invocation.reboots.push(invocation.ends);
            let timing = &estate.scenario.timing;
            let restarts = agent::reachable_from(
                estate,
                &name,
                invocation.ends + timing.boot + timing.agent_online,
            );
            starts = restarts.filter(|_| invocation.reboots.len() <= MOST_RERUNS);
            if starts.is_none() {
                invocation.ends += order.execution_timeout;
                invocation.outcome = CommandStatus::TimedOut;
                invocation.exit_code = -1;
                return;
            }
        }
    }
}

/// One run, from `starts` on, if it ever starts: how the invocation ends with it.
fn run(
    order: &CommandOrder,
    invocation: &mut Invocation,
    starts: Option<Timestamp>,
    script: &Command,
) {
    let cut = script.takes > order.execution_timeout || script.status() == CommandStatus::TimedOut;
    let takes = if cut { order.execution_timeout } else { script.takes };
    invocation.outcome = if cut { CommandStatus::TimedOut } else { script.status() };
    if let Some(starts) = starts {
        invocation.ends = starts + takes;
    }
    invocation.exit_code = match (starts, invocation.outcome) {
        (None, _) | (_, CommandStatus::TimedOut) => -1,
        (_, CommandStatus::Failed) => script.exit_code().unwrap_or(1),
        (_, CommandStatus::Success) => script.exit_code().unwrap_or(0),
    };
    invocation.stdout.clone_from(&script.stdout);
    invocation.stderr.clone_from(&script.stderr);
}
