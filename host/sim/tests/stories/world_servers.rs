//! What an author of worlds is told of servers, and of the Regions that they are in.

use moontide_sim::Scenario;

use crate::world_file::{SERVER, complaint};

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
