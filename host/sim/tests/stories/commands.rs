//! Run Command.

use serde_json::{Value, json};

use crate::story::Story;

const DB: &str = "[[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n";

async fn instance(story: &Story) -> String {
    story.recovery_instances().await[0]["ec2InstanceID"].as_str().unwrap().to_owned()
}

fn shell(instance: &str, script: &str) -> Value {
    json!({
        "InstanceIds": [instance],
        "DocumentName": "AWS-RunShellScript",
        "Parameters": { "commands": [script] },
        "Comment": "moontide 42",
    })
}

async fn send(story: &Story, instance: &str, script: &str) -> String {
    let reply = story.ssm("SendCommand", shell(instance, script)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["Command"]["CommandId"].as_str().unwrap().to_owned()
}

async fn invocation(story: &Story, command: &str, instance: &str) -> Value {
    let body = json!({ "CommandId": command, "InstanceId": instance });
    story.ssm("GetCommandInvocation", body).await.json()
}

#[tokio::test(start_paused = true)]
async fn a_command_is_unknown_then_pending_then_runs_and_ends_as_scripted() {
    let story = Story::begin(&format!(
        "{DB}[[commands]]\ncontains = \"pg_isready\"\nserver = \"d*\"\nstatus = \"Failed\"\n\
         exit_code = 2\nstdout = \"no response\"\nstderr = \"oh\"\ntakes = \"30s\"\n"
    ));
    let instance = instance(&story).await;
    let command = send(&story, &instance, "pg_isready -q").await;

    let early = invocation(&story, &command, &instance).await;
    assert_eq!(early["__type"], "InvocationDoesNotExist");
    story.wait(1).await;
    let pending = invocation(&story, &command, &instance).await;
    assert_eq!((&pending["Status"], &pending["ResponseCode"]), (&json!("Pending"), &json!(-1)));
    story.wait(2).await;
    let running = invocation(&story, &command, &instance).await;
    assert_eq!(running["Status"], "InProgress");
    assert_eq!(running["StandardOutputContent"], "", "nothing shows before the end");
    story.wait(30).await;
    let ended = invocation(&story, &command, &instance).await;
    assert_eq!((&ended["Status"], &ended["ResponseCode"]), (&json!("Failed"), &json!(2)));
    assert_eq!(ended["StandardOutputContent"], "no response");
    assert_eq!(ended["StandardErrorContent"], "oh");
}

#[tokio::test(start_paused = true)]
async fn without_a_script_a_command_succeeds() {
    let story = Story::begin(DB);
    let instance = instance(&story).await;
    let command = send(&story, &instance, "true").await;
    story.wait(10).await;
    let ended = invocation(&story, &command, &instance).await;
    assert_eq!((&ended["Status"], &ended["ResponseCode"]), (&json!("Success"), &json!(0)));
}

#[tokio::test(start_paused = true)]
async fn a_lost_command_is_found_again_by_its_comment() {
    let story = Story::begin(&format!(
        "{DB}[[faults]]\nkind = \"drop_reply\"\noperation = \"ssm:SendCommand\"\n"
    ));
    let instance = instance(&story).await;
    assert!(story.ssm("SendCommand", shell(&instance, "true")).await.dropped);
    let find = async |after: &str| {
        let filters = json!([
            { "key": "InvokedAfter", "value": after },
            { "key": "DocumentName", "value": "AWS-RunShellScript" },
        ]);
        story.ssm("ListCommands", json!({ "Filters": filters })).await.json()["Commands"].clone()
    };
    assert_eq!(find("2026-11-20T07:55:00Z").await[0]["Comment"], "moontide 42");
    assert_eq!(find("2026-11-20T08:55:00Z").await, json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_world_may_cut_output_as_aws_does() {
    let long = "x".repeat(30_000);
    let story =
        Story::begin(&format!("{DB}[[commands]]\nstdout = \"{long}\"\nstderr = \"{long}\"\n"));
    let instance = instance(&story).await;
    let command = send(&story, &instance, "cat").await;
    story.wait(10).await;
    let ended = invocation(&story, &command, &instance).await;
    assert_eq!(ended["StandardOutputContent"].as_str().unwrap().len(), 24_000);
    assert_eq!(ended["StandardErrorContent"].as_str().unwrap().len(), 8_000);
    let listed = story.ssm("ListCommandInvocations", json!({ "Details": true })).await.json();
    let plugin = &listed["CommandInvocations"][0]["CommandPlugins"][0];
    assert_eq!(plugin["Output"].as_str().unwrap().len(), 2_500);
}

#[tokio::test(start_paused = true)]
async fn a_command_that_runs_too_long_times_out() {
    let story = Story::begin(&format!("{DB}[[commands]]\ntakes = \"10m\"\n"));
    let instance = instance(&story).await;
    let mut body = shell(&instance, "sleep 600");
    body["Parameters"]["executionTimeout"] = json!(["60"]);
    let command = story.ssm("SendCommand", body).await.json();
    let command = command["Command"]["CommandId"].as_str().unwrap();
    story.wait(63).await;
    let ended = invocation(&story, command, &instance).await;
    assert_eq!(ended["Status"], "TimedOut");
    assert_eq!(ended["StatusDetails"], "Execution Timed Out");
}

#[tokio::test(start_paused = true)]
async fn an_agent_speaks_some_time_after_its_instance_runs() {
    let story =
        Story::begin("[[servers]]\nname = \"db\"\n[timing]\njitter = 0\nagent_online = \"10m\"\n");
    let ids = story.server_ids().await;
    story.drill(&[&ids[0]]).await;
    story.wait(600).await;
    let instance = instance(&story).await;
    let agents = async || {
        let filters = json!([{ "Key": "InstanceIds", "Values": [instance] }]);
        let reply = story.ssm("DescribeInstanceInformation", json!({ "Filters": filters })).await;
        reply.json()["InstanceInformationList"].clone()
    };
    assert_eq!(agents().await, json!([]));
    let refused = story.ssm("SendCommand", shell(&instance, "true")).await;
    assert_eq!((refused.status, refused.error.as_deref()), (400, Some("InvalidInstanceId")));
    story.wait(600).await;
    assert_eq!(agents().await[0]["PingStatus"], "Online");
    send(&story, &instance, "true").await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_agent_loses_its_connection_and_takes_no_commands() {
    let story = Story::begin(&format!(
        "{DB}[[faults]]\nkind = \"agent_offline\"\nserver = \"db\"\nafter = \"1m\"\nfor = \"5m\"\n"
    ));
    let instance = instance(&story).await;
    let ping = async || {
        let agents = story.ssm("DescribeInstanceInformation", json!({})).await.json();
        agents["InstanceInformationList"][0]["PingStatus"].clone()
    };
    assert_eq!(ping().await, "Online");
    story.wait(60).await;
    assert_eq!(ping().await, "ConnectionLost");
    let refused = story.ssm("SendCommand", shell(&instance, "true")).await;
    assert_eq!(refused.error.as_deref(), Some("InvalidInstanceId"));
    story.wait(300).await;
    assert_eq!(ping().await, "Online");
}

#[tokio::test(start_paused = true)]
async fn a_command_caught_by_the_silence_waits_for_its_end_or_its_own() {
    let silence =
        "[[faults]]\nkind = \"agent_offline\"\nserver = \"db\"\nafter = \"1s\"\nfor = \"5m\"\n";
    let story = Story::begin(&format!("{DB}{silence}"));
    let instance = instance(&story).await;
    let patient = send(&story, &instance, "true").await;
    let mut body = shell(&instance, "true");
    body["TimeoutSeconds"] = json!(30);
    let hasty = story.ssm("SendCommand", body).await.json();
    let hasty = hasty["Command"]["CommandId"].as_str().unwrap();
    story.wait(31).await;
    assert_eq!(invocation(&story, &patient, &instance).await["Status"], "Pending");
    let undelivered = invocation(&story, hasty, &instance).await;
    assert_eq!(undelivered["StatusDetails"], "Delivery Timed Out");
    assert_eq!(undelivered["ResponseCode"], -1);
    story.wait(300).await;
    assert_eq!(invocation(&story, &patient, &instance).await["Status"], "Success");
}

#[tokio::test(start_paused = true)]
async fn orders_that_make_no_sense_are_refused_by_name() {
    let story = Story::begin(DB);
    let instance = instance(&story).await;
    let with = |field: &str, value: Value| {
        let mut body = shell(&instance, "true");
        body[field] = value;
        body
    };
    let cases = [
        (with("Comment", json!("x".repeat(101))), "ValidationException"),
        (with("DocumentName", json!("Nothing")), "InvalidDocument"),
        (with("Parameters", json!({})), "InvalidParameters"),
        (with("Parameters", json!({ "commands": ["a"], "colour": ["b"] })), "InvalidParameters"),
        (with("Parameters", json!({ "commands": "a" })), "SerializationException"),
        (with("InstanceIds", json!([])), "ValidationException"),
        (with("InstanceIds", json!([instance, instance])), "DuplicateInstanceId"),
        (with("TimeoutSeconds", json!(1)), "ValidationException"),
        (with("DocumentVersion", json!("latest")), "ValidationException"),
        (with("DocumentVersion", json!("0")), "ValidationException"),
    ];
    for (body, error) in cases {
        let reply = story.ssm("SendCommand", body.clone()).await;
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some(error)), "{body}");
        assert_eq!(reply.json()["__type"], error);
    }
    assert_eq!(story.ssm("ListCommands", json!({})).await.json()["Commands"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_shuts_down_takes_no_commands() {
    let story = Story::begin(DB);
    let instance = instance(&story).await;
    story.ec2("TerminateInstances", &format!("InstanceId.1={instance}")).await;
    let refused = story.ssm("SendCommand", shell(&instance, "true")).await;
    assert_eq!(refused.error.as_deref(), Some("InvalidInstanceId"));
}

#[tokio::test(start_paused = true)]
async fn targets_take_the_servers_that_have_the_tag_and_answer() {
    let story = Story::begin(
        "[[servers]]\nname = \"db-{n}\"\ncount = 2\ntags = { Tier = \"data\" }\n\
         recovery_instance = { drill = true }\n\
         [[servers]]\nname = \"web\"\nrecovery_instance = { drill = true }\n\
         [[faults]]\nkind = \"agent_offline\"\nserver = \"db-2\"\nafter = \"1s\"\n",
    );
    story.wait(10).await;
    let mut body = shell("", "true");
    body["InstanceIds"] = json!([]);
    body["Targets"] = json!([{ "Key": "tag:Tier", "Values": ["data"] }]);
    assert_eq!(story.ssm("SendCommand", body).await.json()["Command"]["TargetCount"], 1);
    story.wait(1).await;
    let listed = story.ssm("ListCommandInvocations", json!({})).await.json();
    let name = |n: usize| listed["CommandInvocations"][n]["InstanceName"].clone();
    assert_eq!((name(0), name(1)), (json!("db-1"), Value::Null));

    let unknown = json!({
        "Targets": [{ "Key": "tag:Tier", "Values": ["cache"] }],
        "DocumentName": "AWS-RunShellScript",
        "Parameters": { "commands": ["true"] },
    });
    let command = story.ssm("SendCommand", unknown).await.json()["Command"].clone();
    assert_eq!(
        (&command["Status"], &command["StatusDetails"]),
        (&json!("Success"), &json!("NoInstancesInTag"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_command_is_as_good_as_its_worst_invocation() {
    let story = Story::begin(
        "[[servers]]\nname = \"db-{n}\"\ncount = 2\nrecovery_instance = { drill = true }\n\
         [[commands]]\nserver = \"db-1\"\nstatus = \"Failed\"\ntakes = \"10s\"\n\
         [[commands]]\ntakes = \"30s\"\n",
    );
    let both: Vec<Value> = story
        .recovery_instances()
        .await
        .iter()
        .map(|instance| instance["ec2InstanceID"].clone())
        .collect();
    let mut body = shell("", "true");
    body["InstanceIds"] = json!(both);
    story.ssm("SendCommand", body).await;
    for (wait, status, errors) in
        [(0, "Pending", 0), (5, "InProgress", 0), (10, "InProgress", 1), (20, "Failed", 1)]
    {
        story.wait(wait).await;
        let commands = story.ssm("ListCommands", json!({})).await.json();
        assert_eq!(commands["Commands"][0]["Status"], status);
        assert_eq!(commands["Commands"][0]["ErrorCount"], errors);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_command_is_cancelling_then_cancelled_and_one_that_has_ended_stays() {
    let story = Story::begin(&format!("{DB}[[commands]]\nstdout = \"half\"\ntakes = \"30s\"\n"));
    let instance = instance(&story).await;
    let command = send(&story, &instance, "sleep 30").await;
    story.wait(5).await;
    let cancel = async |body: Value| story.ssm("CancelCommand", body).await;
    assert_eq!(cancel(json!({ "CommandId": command })).await.status, 200);
    assert_eq!(invocation(&story, &command, &instance).await["Status"], "Cancelling");
    story.wait(2).await;
    assert_eq!(invocation(&story, &command, &instance).await["Status"], "Cancelled");

    let other = send(&story, &instance, "sleep 30").await;
    story.wait(60).await;
    let body = json!({ "CommandId": other, "InstanceIds": [instance] });
    assert_eq!(cancel(body).await.status, 200);
    assert_eq!(invocation(&story, &other, &instance).await["Status"], "Success");

    let stranger = json!({ "CommandId": other, "InstanceIds": ["i-00000000000000000"] });
    assert_eq!(cancel(stranger).await.json()["__type"], "InvalidInstanceId");
    let unknown = json!({ "CommandId": "00000000-0000-0000-0000-000000000000" });
    assert_eq!(cancel(unknown).await.json()["__type"], "InvalidCommandId");
}

/// The notes of one kind, after this command on one Linux server.
async fn notes(kind: &str, entries: &str, commands: &[&str]) -> Vec<String> {
    let story = Story::begin(&format!("{DB}{entries}"));
    let id = story.recovery_instances().await[0]["ec2InstanceID"].as_str().unwrap().to_owned();
    let order = json!({
        "InstanceIds": [id], "DocumentName": "AWS-RunShellScript",
        "Parameters": { "commands": commands },
    });
    assert_eq!(story.ssm("SendCommand", order).await.status, 200);
    let all = story.simulator.assumptions(&str::to_owned).into_iter();
    all.filter(|it| it.kind == kind).map(|it| it.message).collect()
}

#[tokio::test(start_paused = true)]
async fn an_answer_for_one_line_that_stood_for_another_line_too_is_noted() {
    let both = "[[commands]]\ncontains = \"pg_isready\"\n\
                [[commands]]\ncontains = \"systemctl status\"\nexit_code = 3\n";
    let said = "[[commands]] 1 (contains = \"pg_isready\") answered for a whole command on 1 instance, \
                and [[commands]] 2 (contains = \"systemctl status\") knows a part of it too: one \
                command has one result";
    for lines in
        [&["pg_isready", "systemctl status shop"][..], &["systemctl status shop\npg_isready"]]
    {
        assert_eq!(notes("shared", both, lines).await, [said], "{lines:?}");
    }
    for line in ["pg_isready", "systemctl status shop"] {
        assert_eq!(notes("shared", both, &[line]).await, Vec::<String>::new(), "{line}");
    }
    let fallback = "[[commands]]\ncontains = \"pg_isready -h\"\n\
                    [[commands]]\ncontains = \"pg_isready\"\nexit_code = 2\n";
    assert_eq!(notes("shared", fallback, &["pg_isready -h db"]).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_lines_of_a_command_of_which_no_entry_says_anything_are_named() {
    let one = "[[commands]]\ncontains = \"pg_isready\"\n";
    let said = "[[commands]] 1 (contains = \"pg_isready\") answered for a whole command on 1 instance, \
                and nothing is said of `systemctl is-active app`, `df -h`";
    let lines = ["# is it up?", "pg_isready", "systemctl is-active app", "", "df -h"];
    assert_eq!(notes("unsaid", one, &lines).await, [said]);
    assert_eq!(notes("unsaid", one, &[&lines.join("\n")]).await, [said]);
    let more = ["pg_isready", "a 1", "b 2", "c 3", "d 4"];
    let told = &notes("unsaid", one, &more).await[0];
    assert!(told.ends_with("nothing is said of `a 1`, `b 2`, `c 3` and 1 more"), "{told}");

    let both = format!("{one}[[commands]]\ncontains = \"is-active\"\n");
    let told = notes("unsaid", &both, &lines).await;
    assert!(told[0].ends_with("nothing is said of `df -h`"), "{told:?}");
    let others = "[[commands]]\ncontains = \"df\"\ndocument = \"Shop-Check\"\n";
    assert_eq!(notes("unsaid", &format!("{one}{others}"), &lines).await, [said]);
    for lines in [
        &["pg_isready"][..],
        &["set -e", "pg_isready", "# that is all"],
        &["pg_isready", "fi"],
        &["df -h", "uptime"],
    ] {
        assert_eq!(notes("unsaid", one, lines).await, Vec::<String>::new(), "{lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_of_several_lines_is_in_no_note_of_lines() {
    let story = Story::begin(&format!("{DB}[[commands]]\ncontains = \"pg_isready\"\n"));
    let id = story.recovery_instances().await[0]["ec2InstanceID"].as_str().unwrap().to_owned();
    send(&story, &id, "pg_isready\necho 'BEGIN\nhunter\nEND' > key").await;
    let hide = |text: &str| text.replace("BEGIN\nhunter\nEND", "«key»");
    let told = story.simulator.assumptions(&hide).into_iter();
    let told: Vec<String> = told.filter(|it| it.kind == "unsaid").map(|it| it.message).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with("nothing is said of 3 lines"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn an_entry_of_a_document_alone_that_answered_different_commands_is_noted() {
    let entry = "[[commands]]\ndocument = \"AWS-RunShellScript\"\nstdout = \"ok\"\n";
    for (entry, sent, said) in [
        (
            entry,
            &["pg_isready", "df -h", "df -h"][..],
            Some(
                "[[commands]] 1 (document = \"AWS-RunShellScript\") answered 2 different commands \
                 alike: `df -h`, `pg_isready`; `contains` tells them apart",
            ),
        ),
        (entry, &["df -h", "df -h"], None),
        ("[[commands]]\nstdout = \"ok\"\n", &["pg_isready", "df -h"], None),
    ] {
        let story = Story::begin(&format!("{DB}{entry}"));
        let id = story.recovery_instances().await[0]["ec2InstanceID"].as_str().unwrap().to_owned();
        for command in sent {
            send(&story, &id, command).await;
        }
        let all = story.simulator.assumptions(&str::to_owned);
        let told = all.iter().find(|it| it.kind == "shared").map(|it| it.message.as_str());
        assert_eq!(told, said, "{sent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_struck_less_often_than_it_might_is_noted() {
    for (times, calls, said) in [
        (5, 1, Some("[[faults]] 1 (throttle of drs:DescribeJobs) struck 1 of 5 times")),
        (5, 3, Some("[[faults]] 1 (throttle of drs:DescribeJobs) struck 3 of 5 times")),
        (5, 5, None),
        (1, 3, None),
        (5, 0, None),
    ] {
        let fault = "[[faults]]\nkind = \"throttle\"\noperation = \"drs:DescribeJobs\"\n";
        let story = Story::begin(&format!("{DB}{fault}times = {times}\n"));
        for _ in 0..calls {
            story.drs("DescribeJobs", json!({})).await;
        }
        let all = story.simulator.assumptions(&str::to_owned);
        let told = all.iter().find(|it| it.kind == "fewer").map(|it| it.message.as_str());
        assert_eq!(told, said, "{calls} of {times}");
    }
}
