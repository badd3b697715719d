//! What an author of worlds is told of scripted commands and automations.

use moontide_sim::Scenario;

use crate::world_file::{SERVER, complaint};

#[test]
fn a_document_of_aws_is_scripted_as_what_it_is() {
    let scripted = |list: &str, document: &str| {
        complaint(&format!("{SERVER}[[{list}]]\ndocument = \"{document}\"\n"))
    };
    assert_eq!(
        scripted("commands", "AWS-StopEC2Instance"),
        "world.toml:7: commands[0].document: AWS-StopEC2Instance is an automation: write [[automations]]"
    );
    assert_eq!(
        scripted("automations", "AWS-RunShellScript"),
        "world.toml:7: automations[0].document: AWS-RunShellScript is a command document: write [[commands]]"
    );
}

/// What is wrong with a world of one Linux and one Windows server and these entries, from line 10 on.
fn of_two(rest: &str) -> String {
    complaint(&format!("{SERVER}[[servers]]\nname = \"ad\"\nplatform = \"windows\"\n{rest}"))
}

#[test]
fn a_document_has_a_name_that_aws_would_take() {
    let scripted = |list: &str, document: &str| {
        complaint(&format!("{SERVER}[[{list}]]\ndocument = \"{document}\"\n"))
    };
    for name in ["", "ab", "my doc!", "shop:check"] {
        assert_eq!(
            scripted("commands", name),
            format!(
                "world.toml:7: commands[0].document: {name:?} is no document's name: 3 to 128 \
                 letters, digits, and `_`, `-`, `.`"
            )
        );
    }
    assert_eq!(
        scripted("commands", "AWS-RunShelScript"),
        "world.toml:7: commands[0].document: only AWS names a document like AWS-RunShelScript, \
         and none of its own that are known here is called so, did you mean `AWS-RunShellScript`?"
    );
    let automation = scripted("commands", "AWS-StopEC2Instances");
    assert!(automation.ends_with("did you mean `AWS-StopEC2Instance`?"), "{automation}");
    let foreign = "arn:aws:ssm:us-west-2:999999999999:document/AWS-RunShellScript";
    assert_eq!(
        scripted("commands", foreign),
        format!(
            "world.toml:7: commands[0].document: {foreign} is the ARN of no document: only AWS has AWS-RunShellScript, and its ARN has no account"
        )
    );
    for name in [
        "Shop-Check",
        "AWS-DownloadFiles",
        "aws_shop",
        "arn:aws:ssm:us-west-2::document/AWS-RunShellScript",
    ] {
        let world = format!(
            "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n{SERVER}\
             [[commands]]\ndocument = \"{name}\"\n"
        );
        Scenario::parse(&world, "world.toml").unwrap();
    }
}

#[test]
fn a_document_is_for_the_platform_of_a_server_that_it_can_answer_for() {
    let scripted = |document: &str, more: &str| {
        of_two(&format!("[[commands]]\ndocument = \"{document}\"\n{more}"))
    };
    assert_eq!(
        scripted("AWS-RunShellScript", "server = \"ad\"\n"),
        "world.toml:10: commands[0].document: AWS-RunShellScript is for Linux, and the servers of \
         this entry are Windows, did you mean `AWS-RunPowerShellScript`?"
    );
    assert_eq!(
        scripted("AWS-InstallWindowsUpdates", "server = \"db\"\n"),
        "world.toml:10: commands[0].document: AWS-InstallWindowsUpdates is for Windows, and the \
         servers of this entry are Linux"
    );
    assert_eq!(
        scripted("AWS-RunPowerShellScript", "server = \"d*\"\n"),
        "world.toml:10: commands[0].document: AWS-RunPowerShellScript fails on Linux without \
         PowerShell: give a server of this entry `powershell = true`"
    );
    let rest = "[[commands]]\ndocument = \"AWS-RunShellScript\"\nserver = \"*\"\nsevrer = 1\n";
    assert!(of_two(rest).contains("unknown field `sevrer`"), "one of the two can run it");
}

#[test]
fn an_exit_code_is_one_of_the_platform_and_goes_with_the_status() {
    let ends = |rest: &str| complaint(&format!("{SERVER}[[commands]]\n{rest}"));
    for code in [300, -5, 3010] {
        assert_eq!(
            ends(&format!("exit_code = {code}\n")),
            format!(
                "world.toml:7: commands[0].exit_code: an exit code on Linux is from 0 to 255, not {code}"
            )
        );
    }
    for (status, code, said) in [
        ("Success", 2, "a command that ends as Success has exit code 0, not 2"),
        ("Failed", 0, "a command that ends as Failed has another exit code than 0"),
        ("TimedOut", 194, "a command that ends as TimedOut has no exit code: leave it out"),
    ] {
        assert_eq!(
            ends(&format!("status = \"{status}\"\nexit_code = {code}\n")),
            format!("world.toml:8: commands[0].exit_code: {said}")
        );
    }
    let windows = "[[commands]]\nserver = \"ad\"\nexit_code = -5\n[[commands]]\nexit_kode = 1\n";
    assert!(of_two(windows).contains("unknown field `exit_kode`"), "Windows has larger ones");
}

#[test]
fn an_entry_that_can_never_answer_is_told_which_one_does() {
    let twice = |first: &str, second: &str| {
        of_two(&format!("[[commands]]\n{first}\n[[commands]]\n{second}\n"))
    };
    for (first, second) in [
        ("stdout = \"any\"", "contains = \"pg\""),
        ("contains = \"pg\"", "contains = \"pg_isready\""),
        ("server = \"*\"", "server = \"db\""),
        ("document = \"Shop-Check\"", "document = \"Shop-Check\""),
        ("exit_code = 1", "exit_code = 2"),
    ] {
        assert_eq!(
            twice(first, second),
            "world.toml:11: commands[1]: it can never answer, because [[commands]] 1 answers \
             whatever it would: put the narrower one first",
            "{first} before {second}"
        );
    }
    for (first, second) in [
        ("contains = \"pg\"", "stdout = \"any\""),
        ("contains = \"pg_isready\"", "contains = \"pg\""),
        ("server = \"db\"", "server = \"*\""),
        ("document = \"Shop-Check\"", "contains = \"pg\""),
        ("exit_code = 194", "stdout = \"once more\""),
    ] {
        let world = twice(first, &format!("{second}\nwrong = 1"));
        assert!(world.contains("unknown field `wrong`"), "{first} before {second}: {world}");
    }
    assert_eq!(
        complaint(&format!("{SERVER}ssm_agent = false\n[[commands]]\ncontains = \"pg\"\n")),
        "world.toml:7: commands[0]: it can never answer, because no server of this entry has an \
         SSM agent"
    );
    assert_eq!(
        of_two("[[automations]]\ntakes = \"1m\"\n[[automations]]\ndocument = \"Shop-Open\"\n"),
        "world.toml:11: automations[1]: it can never answer, because [[automations]] 1 answers \
         whatever it would: put the narrower one first"
    );
    assert_eq!(
        complaint(&format!(
            "regions = [\"eu-west-1\"]\n{SERVER}[[commands]]\nregion = \"eu-west-1\"\n"
        )),
        "world.toml:8: commands[0].region: no server is in eu-west-1"
    );
}

#[test]
fn an_arn_in_a_script_is_of_a_document_in_a_region_of_the_world() {
    let said = |arn: &str, more: &str| {
        complaint(&format!("{SERVER}[[commands]]\ndocument = \"{arn}\"\n{more}"))
    };
    assert_eq!(
        said("arn:aws:ssm:us-east-1:123456789012:document/Shop-Check", ""),
        "world.toml:7: commands[0].document: `us-east-1` is no Region of this world: add it to \
         `regions`, did you mean `us-west-2`?"
    );
    assert_eq!(
        said("arn:aws:ssm:us-east-1:123456789012:document/Shop-Check", "region = \"us-west-2\"\n"),
        "world.toml:7: commands[0].document: arn:aws:ssm:us-east-1:123456789012:document/Shop-Check \
         is not in us-west-2"
    );
    assert_eq!(
        said("arn:aws:s3:::shop", ""),
        "world.toml:7: commands[0].document: arn:aws:s3:::shop is the ARN of no document, which is \
         like arn:aws:ssm:us-west-2:123456789012:document/Shop-Check"
    );
}

#[test]
fn one_name_is_of_a_command_document_or_of_an_automation() {
    let both =
        "[[commands]]\ndocument = \"Shop-Check\"\n[[automations]]\ndocument = \"Shop-Check\"\n";
    assert_eq!(
        complaint(&format!("{SERVER}{both}")),
        "world.toml:9: automations[0].document: Shop-Check is a command document in [[commands]] 1, \
         and one document cannot be an automation too"
    );
}

#[test]
fn an_automation_that_succeeds_has_no_message_of_a_failure() {
    let automation = |status: &str| {
        format!("{SERVER}[[automations]]\n{status}failure_message = \"the replica lags\"\n")
    };
    assert_eq!(
        complaint(&automation("")),
        "world.toml:7: automations[0].failure_message: an automation that ends as Success shows no \
         failure message: give it a `status`"
    );
    let head = "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n";
    let failed = automation("status = \"Failed\"\n");
    Scenario::parse(&format!("{head}{failed}"), "world.toml").unwrap();
}
