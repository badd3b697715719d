//! More mistakes, of the same kinds: spelt otherwise, in records, in what hooks return, in handlers.

use crate::mistakes::Mistake;

pub(crate) const MISTAKES: &[Mistake] = &[
    // Keys.
    (
        "a key twice, in brackets",
        ["local tags = { Tier = 'db', [ [[Tier]] ] = 'web' }", "", "local _ = tags"],
        &[],
        "check",
        &["`Tier` is given twice in one table, first in line 4"],
    ),
    (
        "a key twice, escaped",
        ["local tags = { Tier = 'db', ['\\u{54}ier'] = 'web' }", "", "local _ = tags"],
        &[],
        "check",
        &["`Tier` is given twice in one table"],
    ),
    (
        "a key twice, a number",
        ["local codes = { [0x10] = 'a', [16] = 'b' }", "", "local _ = codes"],
        &[],
        "check",
        &["16 is given twice in one table"],
    ),
    (
        "a key twice, true",
        ["local flags = { [true] = 'a', [true] = 'b' }", "", "local _ = flags"],
        &[],
        "check",
        &["true is given twice in one table"],
    ),
    (
        "syntax that only Luau knows",
        ["@[native] local function f() end", "", "local _ = f"],
        &[],
        "rehearse",
        &["warning: ", "runbook.luau uses syntax that `check` does not know"],
    ),
    // Names.
    (
        "a function that Luau does not have",
        ["", "", "if #wave.servers > 99 then string.fromat('%d', 1) end"],
        &[],
        "check",
        &["Luau's `string` has no `fromat`, did you mean `string.format`?"],
    ),
    (
        "the table of all globals",
        ["", "", "_G.tier = 'db'"],
        &[],
        "check",
        &["`_G` does not exist in a runbook: names are declared with `local`"],
    ),
    (
        "a colon for a dot, without options",
        ["", "", "moontide.log:warn('careful')"],
        &[],
        "check",
        &[
            "`moontide.log:warn` hands `moontide.log` over as well: write a dot, `moontide.log.warn`",
        ],
    ),
    // Records.
    (
        "a field of an invocation",
        [
            "",
            "",
            "for _, said in ssm.run_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript', parameters = { commands = { 'uptime' } } } do moontide.log.info(said.std_out) end",
        ],
        &[],
        "rehearse",
        &["an invocation has no `std_out`: did you mean `stdout`?"],
    ),
    (
        "a field of an answer of AWS",
        [
            "local ec2 = require('@moontide/ec2')",
            "",
            "moontide.log.info(ec2.describe_instances({ instance_ids = wave.instance_ids }).reservations)",
        ],
        &[],
        "rehearse",
        &["the answer of ec2.describe_instances has no `reservations`: it has items, next_token"],
    ),
    (
        "a text for a list",
        [
            "",
            "",
            "ssm.send_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript', parameters = { commands = 'pg_isready' } }",
        ],
        &[],
        "rehearse",
        &["`parameters.commands` must be a list, and is the string \"pg_isready\""],
    ),
    (
        "an argument that AWS does not take",
        ["", "", "ssm.send_command { instance_id = wave.instance_ids }"],
        &[],
        "rehearse",
        &["`ssm.send_command`: there is no `instance_id`, did you mean `instance_ids`?"],
    ),
    // Hooks.
    (
        "a check that returns a text",
        ["", "", "return 'replication is broken'"],
        &[],
        "rehearse",
        &["verify of db returned a text, which nothing reads: moontide.fail"],
    ),
    (
        "a check that returns nil and why",
        ["", "", "return nil, 'no database'"],
        &[],
        "rehearse",
        &["verify of db returned nil and a text, which fails nothing"],
    ),
    (
        "a check that returns a failure",
        ["", "", "return { ok = false }"],
        &[],
        "rehearse",
        &["verify of db returned a table that looks like a failure, and fails nothing"],
    ),
    (
        "a retry of no attempt",
        ["", "", "moontide.retry({ attempts = 0 }, function() end)"],
        &[],
        "rehearse",
        &["moontide.retry: attempts is a whole number from 1, not 0"],
    ),
    (
        "a hook that is at fault has its place",
        ["local function look()\n\treturn false\nend", "after = look,", "local _ = wave"],
        &[],
        "rehearse",
        &["after of db returned false", "runbook.luau:4 in function `look`"],
    ),
    (
        "a handler that never ends",
        ["", "on_failure = function() while true do end end,", "moontide.fail('the disk is full')"],
        &[],
        "rehearse",
        &[
            "the disk is full; on_failure, asked what to do about it, was stopped: the script used more than",
        ],
    ),
];
