//! What operations answer, as an author reads it.

use super::*;

/// What a body makes of the one answer that it asks for.
fn answered(body: &str, answer: Value) -> Result<Value, String> {
    let modules = "local ssm, ec2, drs = require('@moontide/ssm'), require('@moontide/ec2'), require('@moontide/drs')\n";
    let mut stage = Stage::set(&format!("{modules}{body}"));
    let lane = stage.lane.clone();
    assert_eq!(stage.begin().asks.len(), 1, "it asks once");
    stage.ok(&lane, answer).ended.unwrap().map_err(|error| error.message)
}

#[test]
fn a_field_that_a_record_does_not_have_is_told_with_the_nearest_or_with_all() {
    let page = |item: Value| json!({ "items": [item] });
    for (body, answer, says) in [
        (
            "return moontide.now().hour",
            json!({ "seconds": 1, "text": "x" }),
            "the time has no `hour`: it has seconds, text",
        ),
        (
            "return moontide.now().second",
            json!({ "seconds": 1, "text": "x" }),
            "the time has no `second`: did you mean `seconds`?",
        ),
        (
            "return ssm.send_command({}).id",
            json!({ "command_id": "c" }),
            "the answer of ssm.send_command has no `id`: it has command_id, document_name, instance_ids",
        ),
        (
            "return drs.recovery_instances()[1].state",
            page(json!({ "recovery_instance_id": "i-1" })),
            "a recovery instance has no `state`: it has arn, ec2_instance_id, ec2_instance_state",
        ),
        (
            "return ec2.describe_instances({}).items[1].status",
            page(json!({ "instance_id": "i-1" })),
            "an instance has no `status`: did you mean `state`?",
        ),
        (
            "return drs.await_jobs({ job_ids = { 'j' } }).jobs[1].participating_servers[1].launch_state",
            json!({ "jobs": [{ "job_id": "j", "participating_servers": [{}] }] }),
            "a server's part in a job has no `launch_state`: did you mean `launch_status`?",
        ),
        (
            "return drs.source_servers()[1].last_launch.job",
            page(json!({ "last_launch": {} })),
            "a last launch has no `job`: it has initiated, job_id, status, type",
        ),
        (
            "return ec2.create_tags({}).ok",
            json!({}),
            "the answer of ec2.create_tags has no `ok`: it has nothing",
        ),
        (
            "ssm.send_command({}).note = 1",
            json!({ "command_id": "c" }),
            "the answer of ssm.send_command cannot be written to: keep `note` in a local",
        ),
    ] {
        let error = answered(body, answer).unwrap_err();
        assert!(error.contains(says), "{body}: {error}");
    }
}

#[test]
fn a_field_that_aws_left_out_is_nil_and_so_is_what_is_not_in_a_map() {
    for (body, answer) in [
        (
            "local it = drs.source_servers()[1]\n\
             return { it.tags.App == nil, it.last_launch == nil, it.lag_duration == nil, it.hostname == nil }",
            json!({ "items": [{ "source_server_id": "s-1", "tags": {} }] }),
        ),
        (
            "local it = drs.describe_jobs().items[1]\n\
             return { it.log_errors == nil, it.tags == nil, it.participating_servers[1].error == nil, true }",
            json!({ "items": [{ "job_id": "j", "participating_servers": [{ "launch_status": "PENDING" }] }] }),
        ),
        (
            "local it = ssm.get_automation_execution({ automation_execution_id = 'a' }).automation_execution\n\
             return { it.outputs['promote.Position'] == nil, it.failure_message == nil, #it.step_executions == 0, true }",
            json!({ "automation_execution": { "outputs": {}, "step_executions": [] } }),
        ),
        (
            "local it = drs.terminate_recovery_instances { recovery_instance_ids = {} }\n\
             return { it.job == nil, true, true, true }",
            json!({}),
        ),
        (
            "local it = ec2.describe_instances({})\n\
             table.sort(it.items, function(a, b) return a.instance_id < b.instance_id end)\n\
             local mine = table.clone(it.items[1]) mine.note = 'x'\n\
             return { it.next_token == nil, mine.note == 'x', it.items[3] == nil, it.items[1].instance_id == 'i-1' }",
            json!({ "items": [{ "instance_id": "i-2" }, { "instance_id": "i-1" }] }),
        ),
    ] {
        assert_eq!(answered(body, answer), Ok(json!([true, true, true, true])), "{body}");
    }
}

#[test]
fn a_list_a_page_and_a_map_by_id_say_what_they_are_where_they_are_read_as_something_else() {
    let page = json!({ "items": [{ "instance_id": "i-1" }] });
    let jobs = json!({ "jobs": [{ "job_id": "j", "participating_servers": [{}] }] });
    let ready = json!({ "instances": [] });
    let asked = "ec2.describe_instances({ instance_ids = { 'i-1' } })";
    let awaited = "drs.await_jobs({ job_ids = { 'j' } }).jobs";
    let map = "a map by id, and no list: `next(…) ~= nil` says whether there is something in it";
    let walk = "the answer of ec2.describe_instances is a page, and no list: walk `.items`";
    for (body, answer, says) in [
        (
            "return drs.recovery_instances().items",
            &json!({ "items": [] }),
            "the answer of drs.recovery_instances is a list, and has no `items`: walk it",
        ),
        (
            "return drs.recovery_instances({ 's-1' })[0]",
            &json!({ "items": [] }),
            "the answer of drs.recovery_instances has no item 0: lists start at 1",
        ),
        (
            "return drs.source_servers().lag_duration",
            &json!({ "items": [] }),
            "the answer of drs.source_servers is a list, and has no `lag_duration`",
        ),
        (
            &format!("return {awaited}.status"),
            &jobs,
            "`jobs` of the answer of drs.await_jobs is a list, and has no `status`",
        ),
        (
            &format!("return {awaited}[1].participating_servers.launch_status"),
            &jobs,
            "`participating_servers` of a job is a list, and has no `launch_status`",
        ),
        (
            "return ssm.send_command({}).instance_ids.id",
            &json!({ "command_id": "c", "instance_ids": [] }),
            "`instance_ids` of the answer of ssm.send_command is a list, and has no `id`",
        ),
        (
            &format!("return {asked}.items.state"),
            &page,
            "`items` of the answer of ec2.describe_instances is a list, and has no `state`",
        ),
        (&format!("return #{asked}"), &page, walk),
        (&format!("for _ in {asked} do end"), &page, walk),
        (&format!("for _ in pairs({asked}) do end"), &page, walk),
        (&format!("for _ in ipairs({asked}) do end"), &page, walk),
        (&format!("return next({asked}) == nil"), &page, walk),
        (&format!("return table.unpack({asked}) == nil"), &page, walk),
        (&format!("return unpack({asked}) == nil"), &page, walk),
        (&format!("return rawlen({asked}) == 0"), &page, walk),
        (&format!("return table.find({asked}, 'i-1') == nil"), &page, walk),
        (&format!("return table.concat({asked})"), &page, walk),
        (&format!("return #table.move({asked}, 1, 9, 1, {{}})"), &page, walk),
        (
            &format!("return {asked}.item"),
            &page,
            "the answer of ec2.describe_instances has no `item`: did you mean `items`?",
        ),
        ("return #ec2.check_running({ 'i-1' }) > 0", &ready, map),
        ("return ec2.check_running({ 'i-1' })[1] ~= nil", &ready, map),
        ("for _ in ipairs(ec2.check_running({ 'i-1' })) do end", &ready, map),
        ("return table.unpack(ec2.check_running({ 'i-1' })) == nil", &ready, map),
    ] {
        let error = answered(body, answer.clone()).unwrap_err();
        assert!(error.contains(says), "{body}: {error}");
    }
}

#[test]
fn a_list_may_be_sorted_filtered_and_extended_and_a_map_by_id_be_asked_and_walked() {
    let jobs = json!({ "items": [{ "job_id": "b" }, { "job_id": "a" }] });
    for (body, answer) in [
        (
            "local list = drs.describe_jobs().items\n\
             table.sort(list, function(a, b) return a.job_id < b.job_id end)\n\
             table.insert(list, { job_id = 'c' }) list[#list + 1] = { job_id = 'd' }\n\
             local all = ''\n\
             for _, job in list do all ..= job.job_id end\n\
             for _, job in ipairs(list) do all ..= job.job_id end\n\
             for _, job in pairs(list) do all ..= job.job_id end\n\
             return { all == 'abcdabcdabcd', #list == 4, list[5] == nil, table.remove(list).job_id == 'd' }",
            &jobs,
        ),
        (
            // What is kept in it by name makes it the author's own.
            "local list = drs.describe_jobs().items\n\
             for _, job in table.clone(list) do list[job.job_id] = job end\n\
             return { list.a ~= nil, list.z == nil, next(list) == 1, table.find(list, list.a) == 2 }",
            &jobs,
        ),
        (
            "local list = drs.describe_jobs().items\n\
             local first, second = table.unpack(list)\n\
             local moved, third = table.move(list, 1, 2, 1, {}), select(3, unpack({ 1, nil, 3 }, 1, 3))\n\
             return { first == list[1] and second == list[2], #moved == 2 and rawlen(list) == 2,\n\
                      third == 3, table.concat({ 'a', 'b' }, '-') == 'a-b' }",
            &jobs,
        ),
        (
            "local wrong = ec2.check_running({ 'i-1' })\n\
             local count = 0\n\
             for _ in wrong do count += 1 end\n\
             for _ in pairs(wrong) do count += 1 end\n\
             return { wrong['i-1'] == nil, next(wrong) == nil, count == 0, true }",
            &json!({ "instances": [] }),
        ),
    ] {
        assert_eq!(answered(body, answer.clone()), Ok(json!([true, true, true, true])), "{body}");
    }
}

#[test]
fn an_empty_list_of_ids_is_refused_where_it_would_mean_all() {
    let every = "is empty, and AWS answers that with everything there is: leave it out to mean all";
    for (call, field) in [
        ("ec2.describe_instances { instance_ids = {} }", "instance_ids"),
        ("ec2.describe_instance_status { instance_ids = {} }", "instance_ids"),
        ("ssm.describe_instance_information { instance_ids = {} }", "instance_ids"),
        (
            "drs.describe_source_servers { filters = { source_server_ids = {} } }",
            "filters.source_server_ids",
        ),
        ("drs.describe_jobs { filters = { job_ids = {} } }", "filters.job_ids"),
    ] {
        let modules = "local ssm, ec2, drs = require('@moontide/ssm'), require('@moontide/ec2'), require('@moontide/drs')";
        let error = run(&format!("{modules}\nreturn {call}")).unwrap_err();
        let (name, _) = call.split_once(' ').unwrap();
        let says = format!("{name}: {field} {every}");
        assert!(error.message.contains(&says), "{call}: {}", error.message);
        assert_eq!(error.code, "InvalidArguments");
    }
    let whole = answered("return #ec2.describe_instances({}).items", json!({ "items": [] }));
    assert_eq!(whole, Ok(json!(0)));
    let others = "return #drs.describe_jobs({ filters = { job_ids = { 'j' } } }).items";
    assert_eq!(answered(others, json!({ "items": [] })), Ok(json!(0)));
}

#[test]
fn the_result_of_a_recovery_lacks_nothing_but_its_verdicts_do() {
    let verdict = json!({ "server": "s-1", "verdict": "launched", "instance_id": "i-1" });
    let context = json!({ "name": "only", "results": {
        "db": { "servers": [verdict], "instance_ids": ["i-1"] },
        "own": { "servers": [verdict] },
    } });
    let read = |body: &str| {
        let bundle = bundle(&[("runbook", &one_wave(body))]);
        Stage::with(&bundle, &Limits::default(), &context).result().map_err(|error| error.message)
    };
    for (field, says) in [
        ("db.instance_id", "wave.results.db has no `instance_id`: did you mean `instance_ids`?"),
        ("db.reason", "wave.results.db has no `reason`: it has excluded, instance_ids, servers"),
        ("db[1]", "wave.results.db has no `1`: it has excluded, instance_ids, servers"),
        (
            "db.servers[1].reasn",
            "wave.results.db.servers[1] has no `reasn`: did you mean `reason`?",
        ),
        ("db.instance_ids.first", "wave.results.db.instance_ids is a list, and has no `first`"),
    ] {
        let error = read(&format!("return wave.results.{field}")).unwrap_err();
        assert!(error.contains(says), "{field}: {error}");
    }
    for field in ["db.excluded", "db.servers[1].reason", "own.reason"] {
        assert_eq!(
            read(&format!("return wave.results.{field} == nil")),
            Ok(json!(true)),
            "{field}"
        );
    }
}

#[test]
fn how_waves_ended_is_a_map_of_waves_by_name_and_of_nothing_else() {
    let context = json!({ "name": "only", "waves": { "db": { "status": "completed" }, "web": { "status": "failed" } } });
    let read = |body: &str| {
        let bundle = bundle(&[("runbook", &one_wave(body))]);
        Stage::with(&bundle, &Limits::default(), &context).result().map_err(|error| error.message)
    };
    for (name, says) in [
        ("database", "wave.waves has no `database`: it has db, web"),
        ("status", "wave.waves has no `status`: it has db, web"),
        ("failure", "wave.waves has no `failure`: it has db, web"),
        ("db.state", "wave.waves.db has no `state`: did you mean `status`?"),
    ] {
        assert_eq!(read(&format!("return wave.waves.{name}")).unwrap_err(), says);
    }
    let all = "local all = {} for name, how in wave.waves do table.insert(all, `{name} {how.status} {how.failure}`) end return all";
    assert_eq!(read(all), Ok(json!(["db completed nil", "web failed nil"])));
}

/// What a body logs, with room for a few lines.
fn logged(body: &str) -> Vec<String> {
    let source = bundle(&[("runbook", &one_wave(body))]);
    let limits = Limits { lines: 3, ..Limits::default() };
    let context = json!({ "wave": "only", "results": {}, "params": {} });
    let mut stage = Stage::with(&source, &limits, &context);
    stage.begin().ended.expect("it ends").expect("it returns");
    let said = stage.said.borrow();
    let line = |said: &Said| match said {
        Said::Log { message, .. } => message.clone(),
        other => format!("{other:?}"),
    };
    said.iter().map(line).collect()
}

#[test]
fn a_field_that_is_read_as_nil_is_told_once_for_all_items_of_a_list() {
    let body = "local many = {} for n = 1, 4000 do many[n] = { private_ip = 'a', started_at = 'b', of = { first_lag = 1 } } end\n\
                for _, it in host.record('wave.results.many', many) do\n\
                \tlocal _ = it.privat_ip, it.private_ipp, it.of.first_lagg\n\
                end\n\
                moontide.log.info('one') moontide.log.info('two')";
    insta::assert_snapshot!(logged(body).join("\n"), @"
    wave.results.many[1] has no `privat_ip`, which is read as nil: did you mean `private_ip`?
    wave.results.many[1] has no `private_ipp`, which is read as nil: did you mean `private_ip`?
    wave.results.many[1].of has no `first_lagg`, which is read as nil: did you mean `first_lag`?
    one
    two
    ");
}

#[test]
fn of_one_kind_not_many_are_told_and_none_takes_the_place_of_what_a_program_logs() {
    let letters = "local function name(n) return 'x' .. ('a'):rep(n) end\n";
    let records = "local many = {} for n = 1, 50 do many[name(n)] = { private_ip = 'a' } end\n\
                   for _, it in host.record('wave.results.many', many) do local _ = it.privat_ip end\n";
    let texts = "for n = 1, 50 do local _ = ('text')[name(n)] end\n";
    let logs = "moontide.log.info('one') moontide.log.info('two')";
    let said = logged(&format!("{letters}{records}{texts}{logs}"));
    let count = |what: &str| said.iter().filter(|line| line.contains(what)).count();
    assert_eq!((count("has no `privat_ip`"), count("of a text is read")), (20, 20), "{said:#?}");
    assert_eq!(count("that are read as nil are not told of"), 2, "{said:#?}");
    assert_eq!((count("one"), count("two")), (1, 1), "{said:#?}");
}

/// It may have found nothing in a page, and gone on.
#[test]
fn an_execution_of_an_earlier_format_steps_over_what_a_page_is_as_it_did() {
    let body = "local page = require('@moontide/ec2').describe_instances({})\n\
                return { rawlen(page), #table.move(page, 1, 9, 1, {}), table.unpack(page) == nil }";
    let result = |format: Format| {
        let (lane, bundle) = (Lane::of_wave("only", 1), bundle(&[("runbook", &one_wave(body))]));
        let vm = Vm::open_as(format, &bundle, &Limits::default(), 7).unwrap();
        let start = vm.start(Unit::Wave(0), lane.clone(), &json!({}), Rc::new(|_| {}));
        let mut program = start.unwrap();
        program.begin(false);
        let outcome = Outcome::Ok { value: json!({ "items": [{ "instance_id": "i-1" }] }) };
        program.deliver(&lane, &outcome, false).ended.expect("it ends")
    };
    assert_eq!(result(Format(6)), Ok(json!([0, 0, true])));
    assert!(result(Format(7)).unwrap_err().message.contains("is a page, and no list"));
}
