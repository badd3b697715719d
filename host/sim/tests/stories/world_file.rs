//! What an author of worlds is told.

use moontide_sim::Scenario;

/// What is wrong with a world whose first three lines are right.
fn complaint(rest: &str) -> String {
    let text = format!("version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n{rest}");
    Scenario::parse(&text, "world.toml").unwrap_err().to_string()
}

const SERVER: &str = "[[servers]]\nname = \"db\"\n";

#[test]
fn a_misspelled_field_is_named_with_its_line_and_what_may_have_been_meant() {
    assert_eq!(
        complaint("[[servers]]\nname = \"db\"\nrelication = \"CONTINUOUS\"\n"),
        "world.toml:6: servers[0].relication: unknown field `relication`, \
         did you mean `replication`?"
    );
    assert_eq!(
        complaint(&format!("{SERVER}[timing]\njiter = 0.5\n")),
        "world.toml:7: timing.jiter: unknown field `jiter`, did you mean `jitter`?"
    );
    assert_eq!(
        complaint("serves = 3\n[[servers]]\nname = \"db\"\n"),
        "world.toml:4: serves: unknown field `serves`, did you mean `servers`?"
    );
}

#[test]
fn a_misspelled_value_is_too() {
    assert_eq!(
        complaint("[[servers]]\nname = \"db\"\nreplication = \"CONTINOUS\"\n"),
        "world.toml:6: servers[0].replication: unknown value `CONTINOUS`, \
         did you mean `CONTINUOUS`?"
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_told_in_the_words_of_a_world() {
    assert_eq!(
        complaint(&format!("{SERVER}snapshots = -1\n")),
        "world.toml:6: servers[0].snapshots: must be a whole number from 0 on, and is the number -1"
    );
    assert_eq!(
        complaint(&format!("page_size = 0\n{SERVER}")),
        "world.toml:4: page_size: must be a whole number from 1 on, and is the number 0"
    );
    let outputs = "[[automations]]\ndocument = \"Shop-X\"\noutputs = { promote = \"x\" }\n";
    assert_eq!(
        complaint(&format!("{SERVER}{outputs}")),
        "world.toml:8: automations[0].outputs.promote: must be a list, and is the string \"x\""
    );
    let fault = "[[faults]]\nkind = \"launch_fails\"\nserver = \"*\"\nphase = \"boot\"\n";
    assert_eq!(
        complaint(&format!("{SERVER}{fault}")),
        "world.toml:9: faults[0].phase: unknown value `boot`; \
         known are snapshot, conversion, launch"
    );
}

#[test]
fn a_field_that_resembles_nothing_gets_the_list() {
    assert_eq!(
        complaint(&format!("{SERVER}[quotas]\nxyz = 1\n")),
        "world.toml:7: quotas.xyz: unknown field `xyz`; \
         known are servers_per_job, servers_in_active_jobs, concurrent_jobs"
    );
}

#[test]
fn a_fault_has_the_fields_of_its_kind() {
    let fault = |rest: &str| complaint(&format!("{SERVER}[[faults]]\n{rest}"));
    assert_eq!(
        fault("kind = \"trottle\"\noperation = \"drs:DescribeJobs\"\n"),
        "world.toml:7: faults[0].kind: unknown kind of fault `trottle`, did you mean `throttle`?"
    );
    assert_eq!(
        fault("kind = \"throttle\"\noperation = \"drs:DescribeJob\"\n"),
        "world.toml:8: faults[0].operation: unknown operation `drs:DescribeJob`, \
         did you mean `drs:DescribeJobs`?"
    );
    assert_eq!(
        fault("kind = \"throttle\"\noperation = \"drs:DescribeJobs\"\ntime = 3\n"),
        "world.toml:9: faults[0].time: unknown field `time`, did you mean `times`?"
    );
    assert_eq!(fault("kind = \"late_job\"\n"), "world.toml:6: faults[0]: missing field `by`");
    assert_eq!(
        fault("kind = \"launch_fails\"\nserver = \"dbs\"\n"),
        "world.toml:8: faults[0].server: no server is called `dbs`, did you mean `db`?"
    );
    assert_eq!(
        fault("operation = \"drs:DescribeJobs\"\n"),
        "world.toml:6: faults[0]: missing field `kind`; known are launch_fails, throttle, \
         drop_reply, internal_error, access_denied, expired_credentials, no_network, region_down, source_down, late_job, agent_offline, status_checks, quota_in_use"
    );
}

#[test]
fn a_value_that_makes_no_sense_says_what_would() {
    assert_eq!(
        complaint(&format!("{SERVER}lag = \"soon\"\n")),
        "world.toml:6: servers[0].lag: \"soon\" is not a duration; \
         write it like \"90s\" or \"2h30m\""
    );
    assert_eq!(
        complaint(&format!("{SERVER}lag = \"-5s\"\n")),
        "world.toml:6: servers[0].lag: \"-5s\" is not a duration; \
         write it like \"90s\" or \"2h30m\""
    );
    assert_eq!(
        complaint(&format!("{SERVER}[timing]\njitter = 2.0\n")),
        "world.toml:7: timing.jitter: jitter is a share from 0 to below 1, not 2"
    );
    assert_eq!(
        complaint(&format!("start = 2026-11-20T08:00:00Z\n{SERVER}")),
        "world.toml:4: start: a start is a string: \"2026-11-20T08:00:00Z\""
    );
    assert_eq!(
        Scenario::parse("version = 1\naccount = \"12\"\n", "w.toml").unwrap_err().to_string(),
        "w.toml:2: account: an account is a string of twelve digits"
    );
}

#[test]
fn everything_is_in_a_region_of_the_world() {
    let more = |rest: &str| complaint(&format!("regions = [\"eu-west-1\"]\n{SERVER}{rest}"));
    let unknown =
        "`eu-west-2` is no Region of this world: add it to `regions`, did you mean `eu-west-1`?";
    let region = "region = \"eu-west-2\"\n";
    for (entry, field) in [
        (String::new(), "servers[0].region"),
        (format!("[[commands]]\n{region}"), "commands[0].region"),
        (format!("[[automations]]\n{region}"), "automations[0].region"),
        (format!("[[faults]]\nkind = \"no_network\"\n{region}"), "faults[0].region"),
    ] {
        let rest = if entry.is_empty() { region.to_owned() } else { entry };
        let line = 5 + 1 + rest.lines().count();
        assert_eq!(more(&rest), format!("world.toml:{line}: {field}: {unknown}"));
    }
    assert_eq!(
        more("region = \"west\"\n"),
        "world.toml:7: servers[0].region: \"west\" is not a Region; write it like \"us-west-2\""
    );
    assert_eq!(
        complaint(&format!("regions = [\"us-west-2\"]\n{SERVER}")),
        "world.toml:4: regions[0]: the Region us-west-2 is given twice"
    );
    let down = "[[faults]]\nkind = \"region_down\"\n";
    assert_eq!(more(down), "world.toml:7: faults[0]: missing field `region`: the one that is down");
    assert_eq!(
        more(&format!("{down}region = \"us-east-1\"\nanswers = \"nothin\"\n")),
        "world.toml:10: faults[0].answers: unknown value `nothin`, did you mean `nothing`?"
    );
    assert_eq!(
        more(&format!("{down}regio = \"us-east-1\"\n")),
        "world.toml:7: faults[0]: missing field `region`: the one that is down"
    );
    assert_eq!(
        more("[[faults]]\nkind = \"no_network\"\nregin = \"eu-west-1\"\n"),
        "world.toml:9: faults[0].regin: unknown field `regin`, did you mean `region`?"
    );
    let here = "[[faults]]\nkind = \"agent_offline\"\nserver = \"db\"\nregion = \"eu-west-1\"\n";
    assert_eq!(more(here), "world.toml:9: faults[0].server: no server is called `db`");
}

#[test]
fn a_name_is_of_one_server_in_each_region() {
    let far = "[[servers]]\nname = \"db\"\nregion = \"eu-west-1\"\n";
    let text = format!(
        "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\nregions = [\"eu-west-1\"]\n{SERVER}{far}"
    );
    Scenario::parse(&text, "world.toml").unwrap();
    assert_eq!(
        Scenario::parse(&format!("{text}{far}"), "world.toml").unwrap_err().to_string(),
        "world.toml:11: servers[2].name: there is already a server db"
    );
}

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

#[test]
fn a_server_carries_tags_that_aws_takes() {
    let tagged = |tags: &str| complaint(&format!("{SERVER}tags = {{ {tags} }}\n"));
    assert_eq!(
        tagged("\"aws:App\" = \"shop\""),
        "world.toml:6: servers[0].tags: AWS says: Tag keys starting with 'aws:' are reserved for internal use"
    );
    let many: Vec<String> = (0..51).map(|n| format!("key-{n} = \"\"")).collect();
    assert_eq!(
        tagged(&many.join(", ")),
        "world.toml:6: servers[0].tags: a server has 50 tags at most"
    );
}

#[test]
fn servers_are_told_apart() {
    assert_eq!(
        complaint(&format!("{SERVER}{SERVER}")),
        "world.toml:7: servers[1].name: there is already a server db"
    );
    assert_eq!(
        complaint("[[servers]]\nname = \"db\"\ncount = 2\n"),
        "world.toml:5: servers[0].name: with a `count`, the name must contain `{n}`"
    );
    assert_eq!(
        complaint("[[servers]]\nname = \"db-{n}\"\n"),
        "world.toml:5: servers[0].name: `{n}` in a name needs a `count` beside it"
    );
}

#[test]
fn a_newer_world_is_told_from_a_mistaken_one() {
    assert_eq!(
        Scenario::parse("version = 2\nplanets = 9\n", "w.toml").unwrap_err().to_string(),
        "w.toml:1: version: this release of Moontide reads worlds of version 1 only"
    );
    assert_eq!(
        Scenario::parse("account = \"123456789012\"\n", "w.toml").unwrap_err().to_string(),
        "w.toml:1: missing field `version`: begin with `version = 1`"
    );
}

#[test]
fn what_is_not_toml_is_told_too() {
    let complaint = complaint("[[servers]\n");
    assert!(complaint.starts_with("world.toml:4: "), "{complaint}");
}

#[test]
fn what_would_exhaust_the_machine_or_the_calendar_is_refused() {
    assert_eq!(
        complaint("[[servers]]\nname = \"db-{n}\"\ncount = 2000000000\n"),
        "world.toml:6: servers[0].count: a count is from 1 to 4000, not 2000000000"
    );
    assert_eq!(
        complaint(&format!("{SERVER}lag = \"99999999999d\"\n")),
        "world.toml:6: servers[0].lag: \"99999999999d\" is longer than a century"
    );
}

#[test]
fn what_is_missing_is_missing_in_the_right_place() {
    assert_eq!(complaint("seed = 1\n"), "world.toml:1: missing field `servers`");
    assert_eq!(
        complaint("[[servers]]\ncount = 2\n"),
        "world.toml:4: servers[0]: missing field `name`"
    );
    assert_eq!(
        complaint("[[servers]]\nname = \"db\"\nrecovery_instance = { drll = true }\n"),
        "world.toml:6: servers[0].recovery_instance.drll: unknown field `drll`, \
         did you mean `drill`?"
    );
}

#[test]
fn an_id_is_of_one_server() {
    assert_eq!(
        complaint("[[servers]]\nname = \"db-{n}\"\ncount = 2\nid = \"s-0123456789abcdef0\"\n"),
        "world.toml:7: servers[0].id: an `id` is of one server; it cannot go with a `count`"
    );
    assert_eq!(
        complaint("[[servers]]\nname = \"db\"\nid = \"db\"\n"),
        "world.toml:6: servers[0].id: a source server id is `s-` and 17 letters or digits"
    );
}

#[test]
fn a_fault_strikes_once_at_least() {
    let fault = "[[faults]]\nkind = \"late_job\"\nby = \"90s\"\ntimes = 0\n";
    assert_eq!(
        complaint(&format!("{SERVER}{fault}")),
        "world.toml:9: faults[0].times: what strikes no time never happens: leave the fault out"
    );
}

/// What is wrong with a world of one Linux and one Windows server and these entries, from line 10 on.
fn of_two(rest: &str) -> String {
    complaint(&format!("{SERVER}[[servers]]\nname = \"ad\"\nplatform = \"windows\"\n{rest}"))
}

#[test]
fn a_region_is_one_that_aws_has() {
    let down = |region: &str| {
        complaint(&format!("{SERVER}[[faults]]\nkind = \"region_down\"\nregion = \"{region}\"\n"))
    };
    assert_eq!(
        down("us-wset-2"),
        "world.toml:8: faults[0].region: unknown Region `us-wset-2`, did you mean `us-west-2`?"
    );
    assert_eq!(
        down("a--1"),
        "world.toml:8: faults[0].region: \"a--1\" is not a Region; write it like \"us-west-2\""
    );
    assert_eq!(
        complaint(&format!("source_region = \"us-eats-1\"\n{SERVER}")),
        "world.toml:4: source_region: unknown Region `us-eats-1`, did you mean `us-east-1`?"
    );
    assert_eq!(
        complaint(&format!("source_region = \"lisbon\"\n{SERVER}")),
        "world.toml:4: source_region: \"lisbon\" is not a Region; write it like \"us-west-2\", or \
         \"on-premises\" for a data centre"
    );
    for region in ["eu-west-1", "us-gov-west-1", "cn-north-1", "mx-central-1"] {
        let text =
            format!("version = 1\naccount = \"123456789012\"\nregion = \"{region}\"\n{SERVER}");
        assert_eq!(Scenario::parse(&text, "world.toml").unwrap().region(), region);
    }
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
fn what_says_nothing_is_left_out() {
    assert_eq!(
        complaint(&format!("{SERVER}[[commands]]\ncontains = \"\"\n")),
        "world.toml:7: commands[0].contains: an empty text is in every command: leave `contains` out"
    );
    assert_eq!(
        complaint(&format!("{SERVER}[[faults]]\nkind = \"no_network\"\nfor = \"0s\"\n")),
        "world.toml:8: faults[0].for: what lasts no time never happens; left out, it lasts for ever"
    );
}

#[test]
fn a_name_is_one_that_an_instance_can_carry_as_its_tag() {
    let named = |name: &str| complaint(&format!("[[servers]]\nname = \"{name}\"\n"));
    assert_eq!(named(""), "world.toml:5: servers[0].name: a server has a name");
    assert_eq!(named("a\\nb"), "world.toml:5: servers[0].name: a name is one line of text");
    assert_eq!(
        named(&"a".repeat(257)),
        "world.toml:5: servers[0].name: a name has 256 characters at most: it is the tag `Name` \
         of an instance"
    );
}

#[test]
fn an_account_has_no_more_servers_in_a_region_than_drs_keeps() {
    let many = |name: &str, count: u32, more: &str| {
        format!("[[servers]]\nname = \"{name}-{{n}}\"\ncount = {count}\n{more}")
    };
    let rest = [many("db", 4000, ""), many("web", 1, "")].concat();
    assert_eq!(
        complaint(&rest),
        "world.toml:8: servers[1].name: DRS keeps 4000 servers in an account and Region, and with \
         these us-west-2 has more"
    );
    let apart = [many("db", 4000, ""), many("web", 1, "region = \"eu-west-1\"\n")].concat();
    let head = "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n";
    Scenario::parse(&format!("{head}regions = [\"eu-west-1\"]\n{apart}"), "world.toml").unwrap();
}

#[test]
fn an_availability_zone_is_one_of_the_servers_region() {
    let zone = |zone: &str| complaint(&format!("{SERVER}availability_zone = \"{zone}\"\n"));
    assert_eq!(
        zone("us-east-1a"),
        "world.toml:6: servers[0].availability_zone: us-east-1a is not in us-west-2"
    );
    for wrong in ["us-west-2", "us-wset-2a", "us-west-2ab", "b"] {
        assert_eq!(
            zone(wrong),
            format!(
                "world.toml:6: servers[0].availability_zone: {wrong:?} is no Availability Zone; \
                 write it like \"us-west-2a\""
            )
        );
    }
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
fn a_quota_is_one_that_aws_could_have() {
    let quota = |line: &str| complaint(&format!("{SERVER}[quotas]\n{line}\n"));
    for most in [0, 201] {
        assert_eq!(
            quota(&format!("servers_per_job = {most}")),
            format!(
                "world.toml:7: quotas.servers_per_job: a job has from 1 to 200 servers, which is what AWS \
                 takes in one call, not {most}"
            )
        );
    }
    for name in ["concurrent_jobs", "servers_in_active_jobs"] {
        let said = quota(&format!("{name} = 0"));
        let begins = format!("world.toml:7: quotas.{name}: a quota of 0 would let no job start");
        assert!(said.starts_with(&begins), "{said}");
    }
    let most = "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n\
        [quotas]\nservers_per_job = 200\nconcurrent_jobs = 1\n";
    Scenario::parse(&format!("{most}{SERVER}"), "world.toml").unwrap();
}

#[test]
fn windows_has_powershell() {
    let server = |more: &str| format!("{SERVER}{more}");
    assert_eq!(
        complaint(&server("platform = \"windows\"\npowershell = false\n")),
        "world.toml:7: servers[0].powershell: every Windows has PowerShell: leave it out"
    );
    for fine in ["powershell = false\n", "platform = \"windows\"\npowershell = true\n"] {
        let head = "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n";
        Scenario::parse(&format!("{head}{}", server(fine)), "world.toml").unwrap();
    }
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
