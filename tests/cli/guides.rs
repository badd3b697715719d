//! The pages in the binary: they are found, they are read by people and by programs, and what they show works.

use std::fs;

use insta::assert_snapshot;

use crate::given::shop;
use crate::support::{Home, repository};

/// The blocks of a guide in this language, in order.
fn blocks(home: &Home, topic: &str, language: &str) -> Vec<String> {
    let guide = home.run(&["guide", topic]).expect(0).stdout;
    let fences: Vec<&str> = guide.split("```").skip(1).step_by(2).collect();
    let of = |fence: &&str| fence.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned);
    fences.iter().filter_map(of).collect()
}

#[test]
fn the_guides_are_listed_and_each_is_the_file_that_is_linked() {
    let home = Home::new();
    let list = home.run(&["guide", "--output", "json"]).expect(0).json();
    let topics = list["topics"].as_array().expect("a list");
    assert!(topics.len() > 10, "{list}");
    for line in topics {
        let topic = line["topic"].as_str().expect("a topic");
        let file = repository("host/cli/guides").join(topic).with_extension("md");
        let file = fs::read_to_string(file).expect("the guide");
        let shown = home.run(&["guide", topic]).expect(0).stdout;
        assert_eq!(shown, file.replace('\t', "    "), "what is piped is plain Markdown");
        let guide = home.run(&["guide", topic, "--output", "json"]).expect(0).json();
        assert_eq!((&guide["markdown"], &guide["about"]), (&file.into(), &line["about"]));
    }
    let text = home.run(&["guide"]).expect(0).stdout;
    assert!(text.starts_with("start "), "{text}");
}

#[test]
fn a_topic_that_is_misspelt_is_answered_with_the_nearest() {
    assert_snapshot!(Home::new().refusal(&["guide", "saftey"], 2), @r"
    error[M0105]: there is no guide `saftey`
    hint: did you mean `moontide guide safety`?
    hint: `moontide guide` lists the topics
    ");
}

#[test]
fn a_code_is_explained_with_what_it_means_why_it_comes_and_what_to_type() {
    let home = Home::new();
    assert_snapshot!(home.run(&["explain", "error[M0501]:"]).expect(0).stdout, @r"
    # M0501: another runner drives the execution

    Exit code 5.

    Why: a runner, perhaps on another machine, holds the lease and shows signs of life. Two runners
    would send the same call.

    Do: follow it. If it hangs, stop that process: its lease runs out after 20 s, and `resume` takes
    over.

    ```sh
    moontide status EXECUTION --follow
    moontide resume EXECUTION
    ```
    ");
    let lost = home.run(&["explain", "LeaseUncertain"]).expect(0).stdout;
    assert!(lost.starts_with("# LeaseUncertain: ") && lost.ends_with("for LeaseLost.\n"), "{lost}");
    let room = home.run(&["explain", "noroom", "--output", "json"]).expect(0).json();
    assert_eq!((&room["codes"][0], &room["exit"]), (&"NoRoom".into(), &().into()), "{room}");
}

#[test]
fn a_code_that_is_misspelt_is_answered_with_the_nearest() {
    let home = Home::new();
    assert_snapshot!(home.refusal(&["explain", "PolicyRefusd"], 2), @r"
    error[M0105]: there is no code `PolicyRefusd`
    hint: did you mean `moontide explain PolicyRefused`?
    hint: `moontide explain` lists the codes
    ");
    assert_snapshot!(home.refusal(&["explain", "ours"], 2), @r"
    error[M0105]: there is no code `ours`
    hint: a runbook may raise codes of its own, and AWS has many more
    hint: `moontide explain` lists the codes
    ");
}

#[test]
fn all_codes_are_listed_with_the_exit_code_of_those_that_end_a_command() {
    let home = Home::new();
    let list = home.run(&["explain", "--output", "json"]).expect(0).json();
    let codes = list["codes"].as_array().expect("a list");
    let of = |name: &str| codes.iter().find(|line| line["code"] == name).expect("it is listed");
    assert_eq!(of("M0411")["exit"], 5);
    assert!(of("Claimed")["exit"].is_null());
    let text = home.run(&["explain"]).expect(0).stdout;
    assert!(codes.iter().all(|line| text.contains(line["code"].as_str().expect("a code"))));
}

/// What `moontide guide start` says, done to the letter.
#[test]
fn the_runbook_of_the_first_guide_is_rehearsed_and_goes_wrong_as_it_says() {
    let home = shop(&[]);
    let folder = home.shop("");
    let [runbook] = blocks(&home, "start", "luau").try_into().expect("a runbook");
    let [world, fault] = blocks(&home, "start", "toml").try_into().expect("a world and a fault");
    fs::write(home.shop("runbook.luau"), &runbook).expect("it can be written");
    fs::write(home.shop("world.toml"), &world).expect("it can be written");
    home.run(&["check", &folder]).expect(0);
    let rehearsed = home.run(&["rehearse", &folder]).expect(0).stdout;
    assert_eq!(rehearsed.matches("  launched  ").count(), 5, "{rehearsed}");
    home.run(&["rehearse", &folder, "--answer", "web=skip"]).expect(0);

    fs::write(home.shop("world.toml"), format!("{world}\n{fault}")).expect("it can be written");
    let failed = home.run(&["rehearse", &folder]).expect(1).stdout;
    assert!(failed.contains("web-2"), "{failed}");
    let tier = "servers = { tags = { App = \"shop\", Tier = \"web\" } }";
    let optional = tier.replace(" } }", " }, optional = { \"web-2\" } }");
    let mended = runbook.replace(tier, &optional);
    assert_ne!(mended, runbook);
    fs::write(home.shop("runbook.luau"), mended).expect("it can be written");
    home.run(&["rehearse", &folder]).expect(0);
}

#[test]
fn the_runbook_of_the_readme_is_a_plan() {
    let readme = fs::read_to_string(repository("README.md")).expect("the README");
    let (_, runbook) = readme.split_once("```luau\n").expect("a runbook");
    let (runbook, _) = runbook.split_once("```").expect("its end");
    let home = shop(&[("runbook.luau", runbook)]);
    home.run(&["check", &home.shop("")]).expect(0);
}

#[test]
fn all_that_the_guides_say_of_files_is_read() {
    let home = shop(&[]);
    let [runbook] = blocks(&home, "start", "luau").try_into().expect("a runbook");
    let world = blocks(&home, "world-file", "toml").join("\n");
    assert!(world.contains("[[servers]]") && world.contains("[[faults]]"), "{world}");
    fs::write(home.shop("runbook.luau"), runbook).expect("it can be written");
    fs::write(home.shop("world.toml"), world).expect("it can be written");
    home.run(&["check", &home.shop("")]).expect(0);

    let [settings] = blocks(&home, "settings", "toml").try_into().expect("a file");
    let folder = home.path().join("moontide");
    fs::create_dir_all(&folder).expect("it can be made");
    let hello = repository("runbooks/hello");
    let rehearse = ["rehearse", hello.to_str().expect("a readable path")];
    fs::write(folder.join("moontide.toml"), &settings).expect("it can be written");
    home.run(&rehearse).expect(0);
    let misspelt = settings.replace("vm_memory", "vm_memroy");
    fs::write(folder.join("moontide.toml"), misspelt).expect("it can be written");
    let said = home.refusal(&rehearse, 6);
    assert!(said.starts_with("error[M0601]: ") && said.contains("vm_memory"), "{said}");
}
