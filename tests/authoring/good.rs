//! What is right is not complained about.

use crate::{Told, home, told};

#[test]
fn an_answer_that_was_not_needed_is_no_mistake() {
    let home = home("", "", "local _ = wave");
    let Told { said, .. } = told(&home, &["--answer", "web=retry"]);
    assert!(said.contains("not used: --answer web=retry") && said.contains("completed"), "{said}");
}

/// What a hook returns because its last line does, and arguments that are nil, mean nothing.
#[test]
fn what_hooks_pass_on_is_not_complained_about() {
    for check in [
        "return ssm.run_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript', parameters = { commands = { 'true' } } }",
        "return wave.servers",
        "return wave.servers[1]",
        "return {}",
        "return true",
        "local x = nil moontide.log.info('a', x, nil) return moontide.now()",
        "return moontide.retry({ attempts = 1, delay = '10m' }, function() return { 'a', 'b' } end)",
        "moontide.retry({ on = { 'Rejected', 'DiskFailed', 'SlaveFailed', 'NoSuchFile', 'Timeout' } }, function() return nil end)",
        "local texts = { [{}] = 1 } return texts",
    ] {
        let Told { by, said, types } = told(&home("", "", check), &[]);
        assert!(types.is_empty(), "{check}: {types:?}");
        let is_taken = by == "rehearse" && said.contains("rehearsed as a drill  completed");
        assert!(is_taken && !said.contains("warn"), "{check}: {by}: {said}");
    }
}

/// What a hook of the runbook returns stands in the journal, whether it is a number, a table or a text.
#[test]
fn what_a_hook_of_the_runbook_returns_is_kept_and_not_complained_about() {
    for returned in ["'ready'", "3", "{ note = 'ready' }"] {
        let top = format!(
            "local declare = moontide.runbook\n\
             moontide = table.clone(moontide)\n\
             moontide.runbook = function(t: any) t.on_start = function() moontide.log.info('it begins') return {returned} end return declare(t) end"
        );
        let Told { by, said, types } = told(&home(&top, "", "local _ = wave"), &[]);
        assert!(types.is_empty(), "{returned}: {types:?}");
        let is_taken = by == "rehearse" && said.contains("rehearsed as a drill  completed");
        let is_said = is_taken && said.contains("it begins");
        assert!(is_said && !said.contains("warn"), "{returned}: {by}: {said}");
    }
}

/// What is right is not complained about.
#[test]
fn a_good_runbook_is_taken() {
    let check = "local ids = table.clone(wave.instance_ids) table.sort(ids)\n\
                 for place, server in wave.servers do local _ = place, server.lag_duration end\n\
                 local copy: any = table.clone(wave) copy.name = 'other' copy.note = copy.note or 1\n\
                 local more = table.clone(wave.params) more.zone = more.zone or 'a'\n\
                 if wave.previous or wave.excluded or wave.waves then return true end\n\
                 if #wave.servers > 99 then\n\
                 local answer = moontide.ask { message = 'Well?', choices = { 'yes' } }\n\
                 moontide.log.info(is_yes(answer.choice), shout('eu-west-1a')) end\n\
                 local _ = wave.results, wave.params.environment, wave.instance_ids[99]\n\
                 return nil";
    // Parameters of the names that an answer and a module have elsewhere.
    let top = "local function is_yes(answer) return answer == 'yes' end\n\
               local function shout(moontide) return moontide:upper() end";
    let Told { by, said, types } = told(&home(top, "", check), &[]);
    assert!(types.is_empty(), "{types:?}");
    assert!(by == "rehearse" && said.contains("rehearsed as a drill  completed"), "{by}: {said}");
}
