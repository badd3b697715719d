//! More mistakes: in what the library answers and is given, and in what is thrown.

use crate::mistakes::Mistake;

pub(crate) const MISTAKES: &[Mistake] = &[
    // Records.
    (
        "a field of the time",
        ["", "", "if moontide.now().hour > 8 then return end"],
        &[],
        "rehearse",
        &["the time has no `hour`: it has seconds, text", "runbook.luau:16"],
    ),
    (
        "a field of a command that was sent",
        [
            "",
            "",
            "local _ = ssm.send_command({ instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript', parameters = { commands = { 'uptime' } } }).id",
        ],
        &[],
        "rehearse",
        &["the answer of ssm.send_command has no `id`: it has command_id", "runbook.luau:16"],
    ),
    (
        "a field of a recovery instance",
        [
            "local drs = require('@moontide/drs')",
            "",
            "local _ = drs.recovery_instances()[1].ec2_instance_stat",
        ],
        &[],
        "rehearse",
        &["a recovery instance has no `ec2_instance_stat`: did you mean `ec2_instance_state`?"],
    ),
    (
        "a field of an instance of a page",
        [
            "local ec2 = require('@moontide/ec2')",
            "",
            "local _ = ec2.describe_instances({ instance_ids = wave.instance_ids }).items[1].status",
        ],
        &[],
        "rehearse",
        &["an instance has no `status`: did you mean `state`?"],
    ),
    (
        "a list of what a command said, read as one",
        [
            "",
            "",
            "local r: any = ssm.run_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript', parameters = { commands = { 'true' } } }\n\
             if r.status == 'Failed' then moontide.fail('no') end",
        ],
        &[],
        "rehearse",
        &[
            "the answer of ssm.run_command is a list, and has no `status`: walk it",
            "runbook.luau:17",
        ],
    ),
    (
        "a page that is walked",
        [
            "local ec2 = require('@moontide/ec2')",
            "",
            "for _, i in ec2.describe_instances({ instance_ids = wave.instance_ids }) do\n\
             if i.state == 'stopped' then moontide.fail('no') end end",
        ],
        &[],
        "rehearse",
        &[
            "the answer of ec2.describe_instances is a page, and no list: walk `.items`",
            "runbook.luau:16",
        ],
    ),
    (
        "a map by id that is measured",
        [
            "local ec2 = require('@moontide/ec2')",
            "",
            "if #ec2.check_running(wave.instance_ids) > 0 then moontide.fail('no') end",
        ],
        &[],
        "rehearse",
        &["the answer of ec2.check_running is a map by id, and no list", "runbook.luau:16"],
    ),
    (
        "a list of servers read as one",
        [
            "local drs = require('@moontide/drs')",
            "",
            "local all: any = drs.servers { tags = { Tier = 'db' } }\n\
             if all.replication_state == 'STALLED' then moontide.fail('no') end",
        ],
        &[],
        "rehearse",
        &["the answer of drs.servers is a list, and has no `replication_state`", "runbook.luau:17"],
    ),
    // State.
    (
        "a field of what is remembered",
        ["local state = require('@moontide/state')", "", "local _ = state.get('drills').val"],
        &[],
        "rehearse",
        &["the answer of state.get has no `val`: did you mean `value`?", "runbook.luau:16"],
    ),
    (
        "a function of the state that there is not",
        ["local state = require('@moontide/state')", "", "state.set('drills', 1)"],
        &[],
        "rehearse",
        &["@moontide/state has no `set`: did you mean `get`?", "runbook.luau:16"],
    ),
    (
        "a lock without its wave",
        ["local state = require('@moontide/state')", "", "state.locked('bench', function() end)"],
        &[],
        "rehearse",
        &[
            "state.locked takes a key, the wave that the hook was given, and a function",
            "runbook.luau:16",
        ],
    ),
    // Hooks.
    (
        "a check that returns a number",
        ["", "", "return 1"],
        &[],
        "rehearse",
        &["verify of db returned 1, which nothing reads: moontide.fail", "completed"],
    ),
    (
        "a hook that returns what it wants done",
        ["", "before = function() return { skip = true } end,", "local _ = wave"],
        &[],
        "rehearse",
        &[
            "before of db returned a table, which nothing reads: a hook decides nothing",
            "completed",
        ],
    ),
    // Arguments.
    (
        "two texts for one",
        ["", "", "moontide.phase('a', 'b')"],
        &[],
        "rehearse",
        &["moontide.phase takes 1 argument, and was given 2: join texts", "runbook.luau:16"],
    ),
    (
        "several values in one line of the log",
        ["", "", "moontide.log.warn('a', nil, { n = 1 }, ('x y'):gsub(' ', '_'))"],
        &[],
        "rehearse",
        &["db  warning | a nil {\"n\":1} x_y 1", "completed"],
    ),
    (
        "an argument for a function that takes none",
        ["", "", "local _ = moontide.random(6)"],
        &[],
        "rehearse",
        &["moontide.random takes 0 arguments, and was given 1: it takes none"],
    ),
    (
        "a phase without a name",
        ["", "", "moontide.phase()"],
        &[],
        "rehearse",
        &["moontide.phase needs a name, such as moontide.phase(\"warming caches\"), not nil"],
    ),
    (
        "a failure that is a table",
        ["", "", "moontide.fail(wave)"],
        &[],
        "rehearse",
        &["moontide.fail takes a sentence, and was given a table: moontide.fail(\"why\", details)"],
    ),
    (
        "a failure that is an error",
        ["", "", "local _, err = pcall(moontide.fail, 'the disk is full') moontide.fail(err)"],
        &[],
        "rehearse",
        &["was given an error (WaveFailed: the disk is full): error(err, 0) throws it on"],
    ),
    // Empty lists.
    (
        "a wait for no instance",
        ["local ec2 = require('@moontide/ec2')", "", "ec2.await_running({})"],
        &[],
        "rehearse",
        &["ec2.await_running: instance_ids is empty, and nothing is waited for", "completed"],
    ),
    (
        "a look at no instance",
        ["local ec2 = require('@moontide/ec2')", "", "local _ = ec2.check_running({})"],
        &[],
        "rehearse",
        &["ec2.check_running: instance_ids is empty, and nothing is looked at", "completed"],
    ),
    (
        "a wait for no agent",
        ["", "", "ssm.await_agents({})"],
        &[],
        "rehearse",
        &["ssm.await_agents: instance_ids is empty, and nothing is waited for", "completed"],
    ),
    (
        "a wait for no job",
        ["local drs = require('@moontide/drs')", "", "drs.await_jobs { job_ids = {} }"],
        &[],
        "rehearse",
        &["drs.await_jobs: job_ids is empty, and nothing is waited for", "completed"],
    ),
    (
        "a wait for a command on no instance",
        [
            "",
            "",
            "local c = ssm.send_command({ instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript', parameters = { commands = { 'true' } } }).command_id ssm.await_command { command_id = c, instance_ids = {} }",
        ],
        &[],
        "rehearse",
        &["ssm.await_command: instance_ids is empty, and nothing is waited for", "completed"],
    ),
    // Retries.
    (
        "a delay above the longest",
        ["", "", "moontide.retry({ delay = '10m', max_delay = '1m' }, function() end)"],
        &[],
        "rehearse",
        &["moontide.retry: delay is 10m and max_delay is 1m, which is less"],
    ),
    (
        "one attempt and what to retry",
        ["", "", "moontide.retry({ attempts = 1, on = { 'WaveFailed' } }, function() end)"],
        &[],
        "rehearse",
        &[
            "moontide.retry: attempts = 1 is one attempt and no other, and `on` says nothing",
            "completed",
        ],
    ),
    (
        "a retry of what returns false",
        ["", "", "moontide.retry({}, function() return pcall(moontide.fail, 'no') end)"],
        &[],
        "rehearse",
        &[
            "what it called returned false, which is no failure and is not retried: call moontide.fail",
            "completed",
        ],
    ),
    (
        "a retry of what returns nil and why",
        ["", "", "moontide.retry({}, function() return nil, 'not ready' end)"],
        &[],
        "rehearse",
        &[
            "what it called returned nil and a text, which is no failure and is not retried",
            "completed",
        ],
    ),
    (
        "a retry of what was called already",
        [
            "",
            "",
            "local _ = moontide.retry({ on = { 'CommandFailed' } }, ssm.send_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript', parameters = { commands = { 'true' } } } :: any)",
        ],
        &[],
        "rehearse",
        &[
            "moontide.retry takes a function, and was given a table: wrap the call in function() … end",
            "runbook.luau:16",
        ],
    ),
    (
        "a retry of nothing",
        ["", "", "local r: any = moontide.retry r({})"],
        &[],
        "rehearse",
        &["moontide.retry takes a function, and was given none: wrap the call"],
    ),
    (
        "a code to retry with a letter too few",
        ["", "", "moontide.retry({ on = { 'AgentOfline' } }, function() end)"],
        &[],
        "rehearse",
        &[
            "no function of Moontide throws the code AgentOfline that stands in `on`: did you mean AgentOffline?",
            "completed",
        ],
    ),
    (
        "a code to retry in small letters",
        ["", "", "moontide.retry({ on = { 'command_failed' } }, function() end)"],
        &[],
        "rehearse",
        &["the code command_failed that stands in `on`: did you mean CommandFailed?", "completed"],
    ),
    (
        "a retry of a mistake of the script",
        ["", "", "moontide.retry({}, function() error('not ready') end)"],
        &[],
        "rehearse",
        &[
            "moontide.retry does not retry an error without a code, which may be a mistake of the script",
            "with on = { \"WaveFailed\" }",
        ],
    ),
    // What is thrown.
    (
        "nothing thrown in a handler",
        ["", "on_failure = function()\n error() end,", "moontide.fail('the disk is full')"],
        &[],
        "rehearse",
        &[
            "the disk is full; on_failure, asked what to do about it, failed itself at ",
            "runbook.luau:14: an error without a message: error() throws nil, and moontide.fail(\"why\") says why",
        ],
    ),
    (
        "a code without a message",
        ["", "", "moontide.parallel { function() error({ code = 'DiskFull' }) end }"],
        &[],
        "rehearse",
        &[
            "an error with the code DiskFull and without a message: error({ code = \"DiskFull\", message = \"why\" })",
        ],
    ),
    (
        "a handler with a mistake has its own place",
        [
            "",
            "on_failure = function(w, e)\n\n error(e.code .. nil) end,",
            "moontide.fail('no replica')",
        ],
        &[],
        "rehearse",
        &[
            "no replica; on_failure, asked what to do about it, failed itself at ",
            "runbook.luau:16: attempt to concatenate",
        ],
    ),
    (
        "a handler that calls the library wrongly has its own place",
        [
            "",
            "on_failure = function()\n ssm.run_command { instance_ids = {}, document_name = 'x' } end,",
            "moontide.fail('no replica')",
        ],
        &[],
        "rehearse",
        &["failed itself at ", "runbook.luau:15: ssm.run_command: instance_ids is empty"],
    ),
    (
        "a wait without end",
        ["", "", "moontide.sleep('100000h')"],
        &[],
        "rehearse",
        &["100000h is too long: a length of time is at most 3660 days", "runbook.luau:16"],
    ),
    (
        "a timeout without end",
        ["", "timeout = '100000h',", "local _ = wave"],
        &[],
        "check",
        &["`timeout` must be at most 3660 days, and is the string `100000h`", "runbook.luau:14"],
    ),
    // Thresholds.
    (
        "more servers than there are",
        ["", "\nmin_success = 3,", "local _ = wave"],
        &[],
        "rehearse",
        &[
            "wave db: min_success is 3, and the wave has 2 servers: nothing is launched",
            "runbook.luau:15",
        ],
    ),
];
