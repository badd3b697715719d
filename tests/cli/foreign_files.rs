//! A runbook's folder that is a stranger's: what it leads to is not read, and what is read by mistake is not
//! shown.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::given::{ASKS, WORLD, runbook, shop};

const SECRET: &str = "wJalrXUtnFEMI";
const CREDENTIALS: &str =
    "[default]\naws_access_key_id = AKIAIOSFODNN7\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG\n";

#[test]
fn a_link_out_of_the_folder_is_refused_and_nothing_behind_it_is_shown() {
    for (name, code) in [("moontide.toml", 6), ("world.toml", 3)] {
        let home = shop(&[("runbook.luau", &runbook("shop", ASKS))]);
        let credentials = home.path().join("credentials");
        std::fs::write(&credentials, CREDENTIALS).expect("it writes");
        symlink(&credentials, home.shop(name)).expect("it links");
        for command in ["check", "rehearse"] {
            let ran = home.run(&[command, &home.shop("")]).expect(code);
            assert!(
                ran.stderr.contains("a link that leads out of the runbook's folder"),
                "{}",
                ran.stderr
            );
            assert!(!ran.stderr.contains(SECRET) && !ran.stderr.contains("AKIA"), "{}", ran.stderr);
        }
        // A link to a file of the folder is a file of the folder.
        std::fs::remove_file(home.shop(name)).expect("it is there");
        std::fs::write(home.shop("shared.toml"), if code == 3 { WORLD } else { "" })
            .expect("it writes");
        symlink("shared.toml", home.shop(name)).expect("it links");
        home.run(&["check", &home.shop("")]).expect(0);
    }
}

#[test]
fn an_error_quotes_no_line_of_a_file_of_another_kind() {
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS)), ("world.toml", WORLD)]);
    let credentials = home.path().join("credentials");
    let tables = [
        CREDENTIALS,
        "aws_secret_access_key = \"wJalrXUtnFEMI/K7MDENG\"\n",
        "password: wJalrXUtnFEMI\n",
        "wJalrXUtnFEMI\n",
    ];
    for text in tables {
        std::fs::write(&credentials, text).expect("it writes");
        let path = credentials.to_str().expect("text");
        let ran = home.run(&["rehearse", &home.shop(""), "--world", path]).expect(3);
        assert!(ran.stderr.contains("/credentials:"), "{}", ran.stderr);
        assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
        std::fs::write(home.shop("moontide.toml"), text).expect("it writes");
        let ran = home.run(&["check", &home.shop("")]).expect(6);
        assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
        std::fs::remove_file(home.shop("moontide.toml")).expect("it is there");
    }
    // What is meant to be settings is quoted, as ever.
    std::fs::write(home.shop("moontide.toml"), "[limits]\nvm_memory = 1\n").expect("it writes");
    let ran = home.run(&["check", &home.shop("")]).expect(6);
    assert!(ran.stderr.contains("2 | vm_memory = 1"), "{}", ran.stderr);
}

#[test]
fn neither_a_pipe_nor_a_device_nor_a_file_without_end_is_read() {
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS)), ("world.toml", WORLD)]);
    let refused = |arguments: &[&str], code: i32, why: &str| {
        let ran = home.run(arguments).expect(code);
        assert!(ran.stderr.contains(why), "{arguments:?}: {}", ran.stderr);
    };
    let folder = home.shop("");
    refused(&["rehearse", &folder, "--world", "/dev/zero"], 3, "it is no regular file");
    refused(&["check", "/dev/zero"], 3, "is no runbook");
    let pipe = home.shop("moontide.toml");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    refused(&["check", &folder], 6, "it is no regular file");
    std::fs::remove_file(&pipe).expect("it is there");
    std::fs::write(&pipe, " ".repeat(300 * 1024)).expect("it writes");
    refused(&["check", &folder], 6, "it is larger than 256 KiB");
    std::fs::remove_file(&pipe).expect("it is there");
    std::fs::write(home.shop("world.toml"), " ".repeat(5 << 20)).expect("it writes");
    refused(&["check", &folder], 3, "it is larger than 4 MiB");
}

#[test]
fn no_file_of_the_folder_passes_for_the_library() {
    for name in ["@moontide/evil.luau", "@moontide/drs.luau", "@mine.luau", "@else/deep/x.luau"] {
        let home = shop(&[("runbook.luau", &runbook("shop", ASKS)), ("world.toml", WORLD)]);
        let path = std::path::PathBuf::from(home.shop(name));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        std::fs::write(&path, "return { changed = 1 }").expect("it writes");
        let ran = home.run(&["check", &home.shop("")]).expect(3);
        let said = "cannot be a module: names that begin with `@` are the library's";
        assert!(ran.stderr.contains(said) && ran.stderr.contains(name), "{}", ran.stderr);
    }
    // Deeper in, and where there is no module, the name means nothing.
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS)), ("world.toml", WORLD)]);
    for folder in ["lib/@types", "@types"] {
        std::fs::create_dir_all(home.shop(folder)).expect("it is made");
    }
    std::fs::write(home.shop("lib/@types/x.luau"), "return 1").expect("it writes");
    std::fs::write(home.shop("@types/index.d.ts"), "").expect("it writes");
    home.run(&["check", &home.shop("")]).expect(0);
}

#[test]
fn settings_that_a_link_leads_to_are_not_missed_without_a_word() {
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS)), ("world.toml", WORLD)]);
    let own = home.path().join("moontide");
    std::fs::create_dir_all(&own).expect("a folder");
    for link in [own.join("moontide.toml"), home.shop("moontide.toml").into()] {
        symlink("nowhere/moontide.toml", &link).expect("it links");
        let ran = home.run(&["check", &home.shop("")]).expect(6);
        assert!(ran.stderr.contains("it is a link to what does not exist"), "{}", ran.stderr);
        std::fs::remove_file(&link).expect("it is there");
    }
    home.run(&["check", &home.shop("")]).expect(0);
}

#[test]
fn a_param_that_is_read_from_the_wrong_file_does_not_show_it() {
    let source =
        runbook("shop", ASKS).replace("waves =", "params = { n = { type = \"number\" } }, waves =");
    let home = shop(&[("runbook.luau", &source), ("world.toml", WORLD)]);
    let credentials = home.path().join("credentials");
    std::fs::write(&credentials, CREDENTIALS).expect("it writes");
    let param = format!("--param=n=@{}", credentials.display());
    let ran = home.run(&["check", &home.shop(""), &param]).expect(3);
    assert!(ran.stderr.contains("error[M0101]: `n` must be a number\n"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("aws_"), "{}", ran.stderr);
}

#[test]
fn a_module_that_is_no_file_is_told_for_what_it_is() {
    let source = format!("local _ = require('./m')\n{}", runbook("shop", ASKS));
    let told = |make: &dyn Fn(&str), why: &str| {
        let home = shop(&[("runbook.luau", &source), ("world.toml", WORLD)]);
        make(&home.shop("m.luau"));
        let said = home.run(&["check", &home.shop("")]).expect(3).stderr;
        assert!(said.contains("there is no module `m`: ") && said.contains(why), "{said}");
        assert!(said.contains("m.luau ") && said.contains("runbook.luau:1"), "{said}");
        // Where the runbook does not need it, it does not matter.
        std::fs::write(home.shop("runbook.luau"), runbook("shop", ASKS)).expect("it writes");
        home.run(&["check", &home.shop("")]).expect(0);
    };
    told(
        &|path| symlink("/etc/passwd", path).expect("it links"),
        "is a link, and links are not followed",
    );
    told(&|path| symlink("m.luau", path).expect("it links"), "is a link to what does not exist");
    told(
        &|path| symlink("/dev/zero", path).expect("it links"),
        "is a link, and links are not followed",
    );
    told(&|path| std::fs::create_dir(path).expect("it is made"), "is a folder, not a file");
    told(&|path| pipe(path), "is no regular file");
}

#[test]
fn a_runbook_that_is_no_file_is_told_for_what_it_is() {
    let told = |make: &dyn Fn(&str), why: &str| {
        let home = shop(&[("world.toml", WORLD)]);
        let path = home.shop("runbook.luau");
        make(&path);
        let is_folder = std::path::Path::new(&path).is_dir();
        for typed in [Some(home.shop("")), Some(path).filter(|_| !is_folder)].into_iter().flatten()
        {
            let said = home.run(&["check", &typed]).expect(3).stderr;
            assert!(said.contains("error[M0202]") && said.contains(why), "{typed}: {said}");
        }
    };
    told(
        &|path| std::fs::create_dir(path).expect("it is made"),
        "runbook.luau is a folder, not a file",
    );
    told(&|path| pipe(path), "runbook.luau is no regular file");
    told(
        &|path| drop(UnixListener::bind(path).expect("it listens")),
        "runbook.luau is no regular file",
    );
}

fn pipe(path: &str) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}
