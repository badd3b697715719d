//! What Distributor installs: a zip of a binary that the servers can start.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Home, Ran};

/// A small program, linked so.
fn program(home: &Home, name: &str, flags: &[&str]) -> PathBuf {
    let source = home.path().join("program.c");
    // Moved between releases of the C library: its newest symbol is known.
    fs::write(
        &source,
        "#include <stdio.h>\nint main(void) { puts(\"moontide 9.9.9\"); return 0; }\n",
    )
    .expect("it can be written");
    let program = home.path().join(name);
    let built = Command::new("cc").args(flags).arg(&source).arg("-o").arg(&program).output();
    let built = built.expect("there is a C compiler");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    program
}

fn package(home: &Home, binary: &Path, more: &[&str]) -> Ran {
    let (binary, out) = (binary.to_str().expect("text"), home.path().join("package"));
    let out = out.to_str().expect("text").to_owned();
    home.run(
        &[&["ssm", "package", "--binary", binary, "--out", &out, "--output=json"], more].concat(),
    )
}

/// The largest release of the C library that `readelf` finds.
fn needed(binary: &Path) -> Option<(u32, u32)> {
    let said =
        Command::new("readelf").arg("--version-info").arg(binary).output().expect("it starts");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let names = said.split("GLIBC_").skip(1);
    let releases = names.filter_map(|it| {
        let number = it.split_whitespace().next()?;
        let (major, minor) = number.split_once('.')?;
        Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
    });
    releases.max()
}

#[test]
fn a_binary_that_needs_a_newer_c_library_is_refused_with_the_way_to_build_one() {
    let home = Home::new();
    let program = program(&home, "dynamic", &[]);
    let (major, minor) = needed(&program).expect("it is linked with the C library");
    let glibc = format!("--glibc={major}.{minor}");
    let made = package(&home, &program, &[&glibc]).expect(0).json();
    assert_eq!(made["needs_glibc"], format!("{major}.{minor}"), "as readelf has it");
    let older = format!("{major}.{}", minor - 1);
    fs::remove_dir_all(home.path().join("package")).expect("it was written");
    let refused = package(&home, &program, &[&format!("--glibc={older}")]).expect(3);
    let error: Value = serde_json::from_str(&refused.stderr).expect("JSON");
    assert_eq!(error["error"]["code"], "M1001", "{error}");
    let message = error["error"]["message"].as_str().expect("a sentence");
    assert!(message.contains(&format!("needs glibc {major}.{minor}")), "{message}");
    let way = format!("-unknown-linux-gnu.{older}");
    assert!(refused.stderr.contains("cargo zigbuild") && refused.stderr.contains(&way), "{error}");
    assert!(!home.path().join("package").exists(), "nothing is written");
    // Our own binary, which is larger by far: its headers are read, and nothing else.
    let ours = PathBuf::from(env!("CARGO_BIN_EXE_moontide"));
    let (major, minor) = needed(&ours).expect("it is linked with the C library");
    let refused = package(&home, &ours, &["--glibc=2.4"]).expect(3);
    assert!(refused.stderr.contains(&format!("needs glibc {major}.{minor}")), "{}", refused.stderr);
    let text = home.path().join("text");
    fs::write(&text, "#!/bin/sh\n").expect("it can be written");
    let refused = package(&home, &text, &[]).expect(3);
    assert!(refused.stderr.contains("not in the ELF format"), "{}", refused.stderr);
}

#[test]
fn the_manifest_names_the_digest_of_a_zip_whose_scripts_install_and_remove_the_binary() {
    let home = Home::new();
    let binary = program(&home, "moontide", &["-static"]);
    let made = package(&home, &binary, &["--package-version=1.2.3"]).expect(0).json();
    assert_eq!(made["needs_glibc"], Value::Null, "{made}");
    let folder = home.path().join("package");
    let manifest = fs::read_to_string(folder.join("manifest.json")).expect("it was written");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    let (file, entry) =
        manifest["files"].as_object().and_then(|it| it.iter().next()).expect("a file");
    let zip = folder.join(file);
    let digest = Command::new("sha256sum").arg(&zip).output().expect("it starts");
    let digest = String::from_utf8_lossy(&digest.stdout).into_owned();
    assert_eq!(entry["checksums"]["sha256"].as_str(), digest.split(' ').next());
    assert_eq!(manifest["version"], "1.2.3");
    assert_eq!(manifest["schemaVersion"], "2.0");
    let machine = made["architecture"].as_str().expect("a name");
    assert_eq!(&manifest["packages"]["amazon"]["_any"][machine]["file"], file);

    let bytes = fs::read(&zip).expect("it was written");
    package(&home, &binary, &["--package-version=1.2.3"]).expect(0);
    assert_eq!(
        fs::read(&zip).expect("it was written"),
        bytes,
        "the same binary is the same package"
    );

    let unpacked = home.path().join("unpacked");
    let unzip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    let status = Command::new("python3").args(["-c", unzip]).arg(&zip).arg(&unpacked).status();
    assert!(status.expect("it starts").success());
    let names = ["install.sh", "moontide", "uninstall.sh", "update.sh", "validate.sh"];
    let mut found: Vec<String> = fs::read_dir(&unpacked)
        .expect("a folder")
        .map(|it| it.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    assert_eq!(found, names);
    // In a root of its own: the scripts name places of the whole server.
    let root = home.path().join("root");
    fs::create_dir_all(root.join("usr/local/bin")).expect("a folder");
    for name in names.iter().filter(|it| **it != "moontide") {
        let script = fs::read_to_string(unpacked.join(name)).expect("text");
        let moved = ["/usr/local/bin", "/etc/moontide", "/var/lib/moontide"]
            .iter()
            .fold(script, |text, place| text.replace(place, &format!("{}{place}", root.display())));
        fs::write(unpacked.join(name), moved).expect("it can be written");
    }
    let run = |script: &str| {
        let mut command = Command::new("sh");
        command.arg(script).current_dir(&unpacked).env_clear().env("PATH", "/usr/bin:/bin");
        Ran::of(&command.output().expect("it starts"))
    };
    let installed = root.join("usr/local/bin/moontide");
    assert_ne!(run("validate.sh").code, Some(0), "it is not installed yet");
    assert_eq!(run("install.sh").expect(0).stdout, "moontide 9.9.9\n");
    assert!(installed.is_file() && root.join("var/lib/moontide").is_dir());
    run("validate.sh").expect(0);
    run("update.sh").expect(0);
    fs::write(&installed, "another").expect("it can be written");
    assert_ne!(run("validate.sh").code, Some(0), "it is another binary");
    run("uninstall.sh").expect(0);
    assert!(!installed.exists() && root.join("var/lib/moontide").is_dir(), "what was run stays");
}
