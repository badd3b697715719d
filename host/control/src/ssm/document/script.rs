//! What the agent runs: a script of plain `sh`, in which no value of a parameter is ever a word of the shell.

use super::command::Command;
use crate::ssm::parameters::{self, TIMEOUT};
use crate::words::quoted;

/// The lines of the script.
pub(super) fn lines(command: &Command) -> Vec<String> {
    let mut lines = vec!["set -eu".to_owned()];
    // A new agent hands values over as variables. An older one pastes them here, where the pattern has kept out
    // whatever could leave the quotes.
    for name in parameters::ALL.iter().map(|it| it.name).filter(|name| *name != TIMEOUT) {
        lines.push(format!(
            "if [ -z \"${{SSM_{name}+x}}\" ]; then export SSM_{name}=\"{{{{{name}}}}}\"; fi"
        ));
    }
    lines.push(
        "if [ -z \"${AWS_REGION:-}\" ] && [ -n \"${AWS_SSM_REGION_NAME:-}\" ]; then \
         export AWS_REGION=\"$AWS_SSM_REGION_NAME\"; fi"
            .to_owned(),
    );
    // Some of the SDK's files are looked for at home.
    lines.push("export HOME=\"${HOME:-/root}\"".to_owned());
    lines.push("set --".to_owned());
    for (name, flag) in [(parameters::ANSWER, "answer"), (parameters::PARAMS, "params")] {
        lines.push(format!(
            "if [ -n \"$SSM_{name}\" ]; then set -- \"$@\" \"--{flag}=$SSM_{name}\"; fi"
        ));
    }
    if command.allows_recovery {
        lines.push("if [ \"$SSM_Mode\" = recovery ]; then set -- \"$@\" --yes; fi".to_owned());
    }
    let mut words = vec![
        format!("exec {} ssm run", quoted(&command.binary)),
        "\"--store=$SSM_Store\"".to_owned(),
        "\"--mode=$SSM_Mode\"".to_owned(),
        "\"--execution-id=$SSM_Execution\"".to_owned(),
        "\"--approval=$SSM_Approval\"".to_owned(),
        "\"--paused-is=$SSM_PausedIs\"".to_owned(),
    ];
    words.extend(command.speed.map(|speed| format!("--speed={speed}")));
    words.push("\"$@\" -- \"$SSM_Runbook\"".to_owned());
    lines.push(words.join(" "));
    lines
}
