//! Which documents exist, for which machines they are, and what a script's exit code makes the agent do.

use serde_json::{Value, json};

use crate::story::Story;

const TWO: &str = "[[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n\
    [[servers]]\nname = \"ad\"\nplatform = \"windows\"\nrecovery_instance = { drill = true }\n";

/// The instances of the Linux and the Windows server.
async fn instances(story: &Story) -> [String; 2] {
    let found = story.recovery_instances().await;
    let servers = story.server_ids().await;
    [0, 1].map(|place| {
        let of_server = |one: &&Value| one["sourceServerID"] == servers[place].as_str();
        found.iter().find(of_server).unwrap()["ec2InstanceID"].as_str().unwrap().to_owned()
    })
}

fn order(instances: &[&String], document: &str) -> Value {
    let script = json!({ "commands": ["make ready"] });
    json!({ "InstanceIds": instances, "DocumentName": document, "Parameters": script })
}

/// Sends it, and returns what it shows on `instance` after `wait` seconds.
async fn outcome(story: &Story, instance: &String, document: &str, wait: u64) -> Value {
    let sent = story.ssm("SendCommand", order(&[instance], document)).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let command = sent.json()["Command"]["CommandId"].clone();
    story.wait(wait).await;
    shown(story, instance, &command).await
}

async fn shown(story: &Story, instance: &String, command: &Value) -> Value {
    let body = json!({ "CommandId": command, "InstanceId": instance });
    story.ssm("GetCommandInvocation", body).await.json()
}

#[tokio::test(start_paused = true)]
async fn a_shell_script_for_windows_is_refused_and_nothing_runs() {
    let story = Story::begin(TWO);
    let [linux, windows] = instances(&story).await;
    let reply = story.ssm("SendCommand", order(&[&linux, &windows], "AWS-RunShellScript")).await;
    assert_eq!((reply.status, reply.error.as_deref()), (400, Some("UnsupportedPlatformType")));
    let said =
        format!("Cannot perform operation for instance id {windows} of platform type Windows");
    assert_eq!(reply.json()["message"], said);
    assert_eq!(story.ssm("ListCommands", json!({})).await.json()["Commands"], json!([]));
    let arn = "arn:aws:ssm:us-west-2::document/AWS-RunShellScript";
    let reply = story.ssm("SendCommand", order(&[&windows], arn)).await;
    assert_eq!(reply.error.as_deref(), Some("UnsupportedPlatformType"));
}

#[tokio::test(start_paused = true)]
async fn powershell_fails_on_linux_unless_it_is_installed_there() {
    let script = "[[commands]]\ncontains = \"make ready\"\nstdout = \"done\"\n";
    let story = Story::begin(&format!("{TWO}{script}"));
    let [linux, windows] = instances(&story).await;
    let failed = outcome(&story, &linux, "AWS-RunPowerShellScript", 10).await;
    assert_eq!((&failed["Status"], &failed["ResponseCode"]), (&json!("Failed"), &json!(1)));
    let said = failed["StandardErrorContent"].as_str().unwrap();
    assert!(said.contains("/usr/bin/pwsh: no such file or directory"), "{said}");
    let there = outcome(&story, &windows, "AWS-RunPowerShellScript", 10).await;
    assert_eq!(
        (&there["Status"], &there["StandardOutputContent"]),
        (&json!("Success"), &json!("done"))
    );

    let installed = TWO.replacen("name = \"db\"", "name = \"db\"\npowershell = true", 1);
    let story = Story::begin(&format!("{installed}{script}"));
    let [linux, _] = instances(&story).await;
    let there = outcome(&story, &linux, "AWS-RunPowerShellScript", 10).await;
    assert_eq!(there["StandardOutputContent"], "done");
}

#[tokio::test(start_paused = true)]
async fn targets_take_machines_of_any_platform_and_those_of_the_wrong_one_fail() {
    let story = Story::begin(TWO);
    let [linux, windows] = instances(&story).await;
    let mut body = order(&[], "AWS-RunShellScript");
    body["Targets"] = json!([{ "Key": "InstanceIds", "Values": [linux, windows] }]);
    let sent = story.ssm("SendCommand", body).await.json();
    story.wait(10).await;
    let seen = |instance| shown(&story, instance, &sent["Command"]["CommandId"]);
    assert_eq!(seen(&linux).await["Status"], "Success");
    let refused = seen(&windows).await;
    assert_eq!(
        (&refused["Status"], &refused["StatusDetails"]),
        (&json!("Failed"), &json!("Invalid Platform"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_document_exists_if_aws_owns_it_or_the_world_names_it() {
    let story = Story::begin(&format!(
        "{TWO}[[commands]]\ndocument = \"Shop-Check\"\n[[automations]]\ndocument = \"Shop-CutOver\"\n"
    ));
    let [linux, windows] = instances(&story).await;
    let send = async |document| story.ssm("SendCommand", order(&[&linux], document)).await;
    let start = async |document: &str| {
        story.ssm("StartAutomationExecution", json!({ "DocumentName": document })).await
    };
    for document in
        ["Shop-Check", "AWS-RunPatchBaseline", "AWS-UpdateSSMAgent", "AWS-RunRemoteScript"]
    {
        assert_eq!(send(document).await.status, 200, "{document}");
    }
    for document in ["Shop-CutOver", "AWS-StopEC2Instance", "AWS-RestartEC2Instance"] {
        assert_eq!(start(document).await.status, 200, "{document}");
    }
    for (document, hint) in [
        ("Shop-Chek", "Did you mean Shop-Check?"),
        ("AWS-RunShelScript", "Did you mean AWS-RunShellScript?"),
        ("AWS-StopEC2Instance", "AWS-StopEC2Instance is an automation."),
    ] {
        let refused = send(document).await;
        assert_eq!(refused.error.as_deref(), Some("InvalidDocument"), "{document}");
        assert!(refused.text.contains(hint), "{}", refused.text);
    }
    let refused = start("Shop-Cutover").await;
    assert_eq!(refused.error.as_deref(), Some("AutomationDefinitionNotFoundException"));
    assert!(refused.text.contains("Did you mean Shop-CutOver?"), "{}", refused.text);

    let patched = story.ssm("SendCommand", order(&[&windows], "AWS-RunPatchBaseline")).await;
    assert_eq!(patched.status, 200, "it is for both platforms");
    let told = story.simulator.assumptions(&str::to_owned);
    let told: Vec<_> = told.iter().map(|one| (one.kind, one.message.as_str())).collect();
    assert!(
        told.contains(&(
            "unsimulated",
            "AWS-RunPatchBaseline is AWS's own and is not simulated: it did nothing and succeeded on \
             2 instances; [[commands]] with this `document` would say how it ends"
        )),
        "{told:?}"
    );
    assert!(
        told.iter().any(|one| one.1.starts_with("AWS-StopEC2Instance is AWS's own")),
        "{told:?}"
    );
}

/// A script that exits so, and what answers when it runs again.
fn restarting(code: u16) -> String {
    format!(
        "{TWO}[[commands]]\ncontains = \"make ready\"\nexit_code = {code}\ntakes = \"10s\"\n\
         [[commands]]\ncontains = \"make ready\"\nstdout = \"ready\"\ntakes = \"5s\"\n"
    )
}

#[tokio::test(start_paused = true)]
async fn exit_194_reboots_the_instance_and_runs_the_script_again() {
    let story = Story::begin(&restarting(194));
    let [linux, _] = instances(&story).await;
    let checks = async || {
        let reply = story.ec2("DescribeInstanceStatus", &format!("InstanceId.1={linux}")).await;
        reply.text.contains("<status>ok</status>")
    };
    assert!(checks().await);
    let sent = story.ssm("SendCommand", order(&[&linux], "AWS-RunShellScript")).await.json();
    let command = &sent["Command"]["CommandId"];
    story.wait(11).await;
    assert!(checks().await, "it reboots when the script has ended");
    story.wait(2).await;
    assert!(!checks().await, "the status checks begin anew");
    assert_eq!(shown(&story, &linux, command).await["Status"], "InProgress");
    story.wait(60).await;
    let ended = shown(&story, &linux, command).await;
    assert_eq!((&ended["Status"], &ended["ResponseCode"]), (&json!("Success"), &json!(0)));
    assert_eq!(ended["StandardOutputContent"], "ready");
    story.wait(120).await;
    assert!(checks().await);
}

#[tokio::test(start_paused = true)]
async fn the_code_that_reboots_is_of_the_platform_and_no_status_stands_against_it() {
    for (code, windows, status) in [
        (194, false, "Success"),
        (194, true, "Failed"),
        (3010, false, "Failed"),
        (3010, true, "Success"),
    ] {
        let story = Story::begin(&restarting(code));
        let instances = instances(&story).await;
        let instance = &instances[usize::from(windows)];
        let ended = outcome(&story, instance, "AWS-RunPowerShellScript", 120).await;
        let shell = outcome(&story, &instances[0], "AWS-RunShellScript", 120).await;
        let seen = if windows { ended } else { shell };
        assert_eq!(seen["Status"], status, "{code} on windows: {windows}");
    }
    let failed = "[[commands]]\nstatus = \"Failed\"\nexit_code = 194\n";
    let story = Story::begin(&format!("{TWO}{failed}"));
    let [linux, _] = instances(&story).await;
    let ended = outcome(&story, &linux, "AWS-RunShellScript", 120).await;
    assert_eq!((&ended["Status"], &ended["ResponseCode"]), (&json!("Failed"), &json!(194)));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_is_cancelled_before_the_reboot_reboots_nothing() {
    let story = Story::begin(&restarting(194));
    let [linux, _] = instances(&story).await;
    let sent = story.ssm("SendCommand", order(&[&linux], "AWS-RunShellScript")).await.json();
    story.wait(5).await;
    let body = json!({ "CommandId": sent["Command"]["CommandId"] });
    assert_eq!(story.ssm("CancelCommand", body).await.status, 200);
    story.wait(20).await;
    let reply = story.ec2("DescribeInstanceStatus", &format!("InstanceId.1={linux}")).await;
    assert!(reply.text.contains("<status>ok</status>"), "{}", reply.text);
}

#[tokio::test(start_paused = true)]
async fn a_name_like_awss_own_that_is_not_known_is_no_document_and_any_other_is_what_a_world_makes_it()
 {
    let any = "[[automations]]\n[[commands]]\ndocument = \"Shop-Check\"\n";
    let story = Story::begin(&format!("{TWO}{any}"));
    let [linux, _] = instances(&story).await;
    for document in ["AWS-RunShelScript", "aws-shop", "amazonShop", "Amzn.Shop"] {
        let reply = story.ssm("SendCommand", order(&[&linux], document)).await;
        assert_eq!(reply.error.as_deref(), Some("InvalidDocument"), "{document}: {}", reply.text);
        let start = json!({ "DocumentName": document });
        let reply = story.ssm("StartAutomationExecution", start).await;
        let unknown = Some("AutomationDefinitionNotFoundException");
        assert_eq!(reply.error.as_deref(), unknown, "{document}: {}", reply.text);
    }
    assert_eq!(story.ssm("SendCommand", order(&[&linux], "Shop-Check")).await.status, 200);
    let start = json!({ "DocumentName": "Shop-Open" });
    assert_eq!(story.ssm("StartAutomationExecution", start).await.status, 200);
    for document in ["my doc!", "ab", ""] {
        let reply = story.ssm("SendCommand", order(&[&linux], document)).await;
        assert_eq!(reply.error.as_deref(), Some("ValidationException"), "{document}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_runs_a_script_again_fifteen_times_and_then_no_more() {
    for (reboots, status, output) in [(15, "Success", "ready"), (16, "TimedOut", "")] {
        let again = "[[commands]]\nexit_code = 194\ntakes = \"10s\"\n".repeat(reboots);
        let last = "[[commands]]\nstdout = \"ready\"\n";
        let story = Story::begin(&format!("{TWO}{again}{last}"));
        let [linux, _] = instances(&story).await;
        let seen = outcome(&story, &linux, "AWS-RunShellScript", 6000).await;
        assert_eq!(
            (&seen["Status"], &seen["StandardOutputContent"]),
            (&json!(status), &json!(output)),
            "{reboots} reboots"
        );
    }
}
