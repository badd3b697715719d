//! The automation, schema 0.3: it runs the command, looks at its exit code, asks a person where the runbook pauses,
//! answers in that person's stead, and goes on, until the runbook has ended.
//!
//! A step that asks is about one prompt, and the answer names it: an answer that is delivered twice answers nothing
//! else. People whom the runbook itself names as approvers answer by `moontide answer`, and not here.

use serde_json::{Value, json};

use crate::ssm::parameters::{self, ANSWER, EXECUTION, PAUSED_IS, STORE};

/// How often it asks at most: each time is four steps, and a document has a hundred.
pub const MOST_PAUSES: u32 = 20;

/// A command may run for two days.
const LONGEST: u32 = 172_800;
/// An approval waits for seven days.
const APPROVAL: u32 = 604_800;

/// The name of its first step.
const STEP: &str = "run";

/// What reads the open prompt out of what the command has printed.
const READ: &str = include_str!("prompt.py");

/// An automation, as an operator wants it.
#[derive(Clone, Debug)]
pub struct Automation {
    /// The name of the command document.
    pub command: String,
    /// How many pauses it can ask about.
    pub pauses: u32,
    /// The store where no parameter names one.
    pub store: Option<String>,
    /// Whether its callers may start recoveries.
    pub allows_recovery: bool,
}

impl Automation {
    /// The document.
    pub fn document(&self) -> Value {
        let mut steps = vec![self.run(STEP, "decide1", "")];
        for round in 1..=self.pauses {
            steps.push(decide(round));
            steps.push(read(round));
            steps.push(ask(round));
            let answer = format!("{{{{ read{round}.Prompt }}}}=continue");
            steps.push(self.run(&format!("goOn{round}"), &format!("decide{}", round + 1), &answer));
        }
        steps.push(decide_last(self.pauses));
        steps.push(fail(self.pauses));
        steps.push(json!({
            "name": "done",
            "action": "aws:sleep",
            "isEnd": true,
            "inputs": { "Duration": "PT1S" },
        }));
        json!({
            "schemaVersion": "0.3",
            "description": "Runs a runbook of Moontide on an instance, and asks a person where it pauses",
            "assumeRole": "{{ AutomationAssumeRole }}",
            "parameters": self.parameters(),
            "mainSteps": steps,
        })
    }

    fn parameters(&self) -> Value {
        let mut all = json!({
            "AutomationAssumeRole": {
                "type": "String",
                "description": "The role of this automation: it sends commands and notifications",
                "allowedPattern": "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}$",
            },
            "InstanceId": {
                "type": "String",
                "description": "The instance that runs it",
                "allowedPattern": "^m?i-[0-9a-z]{8,32}$",
            },
            "Approvers": {
                "type": "StringList",
                "description": "The users and roles of IAM that are asked where the runbook pauses",
            },
            "NotificationArn": {
                "type": "String",
                "description": "The topic of SNS that tells them",
                "allowedPattern": "^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
            },
        });
        for parameter in self.passed() {
            all[parameter.name] = parameter.declared();
        }
        let modes = if self.allows_recovery { &["drill", "recovery"][..] } else { &["drill"] };
        all[parameters::MODE]["allowedValues"] = modes.into();
        if let Some(store) = &self.store {
            all[STORE]["default"] = store.as_str().into();
        }
        all
    }

    /// The parameters that it passes on. It knows the others itself.
    #[expect(clippy::unused_self, reason = "they are those of this document")]
    fn passed(&self) -> impl Iterator<Item = parameters::Parameter> {
        let own = [EXECUTION, ANSWER, PAUSED_IS, parameters::TIMEOUT];
        parameters::ALL.into_iter().filter(move |it| !own.contains(&it.name))
    }

    /// A step that runs the command document. Its exit code is looked at by the next one, also where it failed.
    fn run(&self, name: &str, next: &str, answer: &str) -> Value {
        let mut passed = json!({
            EXECUTION: ["{{ automation:EXECUTION_ID }}"],
            PAUSED_IS: ["failure"],
        });
        if !answer.is_empty() {
            passed[ANSWER] = json!([answer]);
        }
        for parameter in self.passed() {
            passed[parameter.name] = json!([format!("{{{{ {} }}}}", parameter.name)]);
        }
        json!({
            "name": name,
            "action": "aws:runCommand",
            "timeoutSeconds": LONGEST,
            "onFailure": format!("step:{next}"),
            "nextStep": next,
            "inputs": {
                "DocumentName": self.command,
                "InstanceIds": ["{{ InstanceId }}"],
                "Comment": "{{ automation:EXECUTION_ID }}",
                "Parameters": passed,
            },
        })
    }
}

/// The step that ran the command before a round.
fn before(round: u32) -> String {
    if round == 1 { STEP.to_owned() } else { format!("goOn{}", round - 1) }
}

/// Where it goes on after the command of a round: exit code 4 asks, 0 is the end.
fn decide(round: u32) -> Value {
    let code = format!("{{{{ {}.ResponseCode }}}}", before(round));
    json!({
        "name": format!("decide{round}"),
        "action": "aws:branch",
        "inputs": {
            "Choices": [
                { "NextStep": format!("read{round}"), "Variable": code, "NumericEquals": 4 },
                { "NextStep": "done", "Variable": code, "NumericEquals": 0 },
            ],
            "Default": "failed",
        },
    })
}

/// The same once no person is asked any more.
fn decide_last(pauses: u32) -> Value {
    let code = format!("{{{{ {}.ResponseCode }}}}", before(pauses + 1));
    json!({
        "name": format!("decide{}", pauses + 1),
        "action": "aws:branch",
        "inputs": {
            "Choices": [
                { "NextStep": "done", "Variable": code, "NumericEquals": 0 },
            ],
            "Default": "failed",
        },
    })
}

/// Finds out what is asked.
fn read(round: u32) -> Value {
    json!({
        "name": format!("read{round}"),
        "action": "aws:executeScript",
        "onFailure": "Abort",
        "inputs": {
            "Runtime": "python3.11",
            "Handler": "prompt",
            "Script": READ,
            "InputPayload": { "output": format!("{{{{ {}.Output }}}}", before(round)) },
        },
        "outputs": [
            { "Name": "Prompt", "Selector": "$.Payload.Prompt", "Type": "String" },
            { "Name": "Question", "Selector": "$.Payload.Question", "Type": "String" },
        ],
    })
}

/// Asks for an approval. Without one the automation ends here, and the runbook stays paused.
fn ask(round: u32) -> Value {
    json!({
        "name": format!("ask{round}"),
        "action": "aws:approve",
        "timeoutSeconds": APPROVAL,
        "onFailure": "Abort",
        "inputs": {
            "NotificationArn": "{{ NotificationArn }}",
            "Message": format!(
                "Moontide {{{{ automation:EXECUTION_ID }}}} waits at {{{{ read{round}.Prompt }}}}: \
                 {{{{ read{round}.Question }}}} Approved: it goes on."
            ),
            "MinRequiredApprovals": 1,
            "Approvers": ["{{ Approvers }}"],
        },
    })
}

/// Ends the automation as failed, and says where to look.
fn fail(pauses: u32) -> Value {
    let script = format!(
        "def fail(events, context):\n    raise Exception(\"the runbook has failed, or asks more than {pauses} times: \
         moontide status \" + events[\"execution\"])\n"
    );
    json!({
        "name": "failed",
        "action": "aws:executeScript",
        "onFailure": "Abort",
        "isEnd": true,
        "inputs": {
            "Runtime": "python3.11",
            "Handler": "fail",
            "Script": script,
            "InputPayload": { "execution": "{{ automation:EXECUTION_ID }}" },
        },
    })
}
