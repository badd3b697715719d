//! What Moontide reads back of what an earlier release wrote: reports, parcels. Their files are kept as that release
//! wrote them. What a newer release wrote is refused, and nothing is guessed.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Home, repository};

fn file(name: &str) -> PathBuf {
    repository("tests/contract/read_back").join(name)
}

/// The same file as a release would write it whose number is this.
fn numbered(home: &Home, name: &str, field: &str, number: u64) -> String {
    let text = std::fs::read_to_string(file(name)).expect("it is kept");
    let mut data: Value = serde_json::from_str(&text).expect("JSON");
    assert!(data[field].is_u64(), "{field} is the number of {name}");
    if data[field] == number {
        let path = home.path().join(name);
        std::fs::copy(file(name), &path).expect("it is copied");
        return path.display().to_string();
    }
    data[field] = number.into();
    let path = home.path().join(name);
    std::fs::write(&path, data.to_string()).expect("it is written");
    path.display().to_string()
}

#[test]
fn a_report_of_an_earlier_release_is_proved() {
    let home = Home::new();
    let kept = file("report.1.json").display().to_string();
    let ask = ["report", "verify", &kept, "--output=json"];
    // Without its journal that is proved which the file proves by itself.
    home.run(&ask).expect(8);
    std::fs::create_dir_all(home.path().join("moontide")).expect("a folder");
    let parcel = numbered(&home, "parcel.1.json", "parcel", 1);
    home.run(&["store", "import", &parcel]).expect(0);
    // With it all is proved but what its cleanup has left: that execution is not here.
    let verified = home.run(&ask).expect(8).json();
    assert_eq!(verified["wrong"], Value::Array(Vec::new()), "{verified}");
    let proved = verified["proved"].to_string();
    assert!(proved.contains("the journal in the store has that head"), "{verified}");
    assert!(proved.contains("the journal says all of title"), "{verified}");
    let newer = numbered(&home, "report.1.json", "report", 99);
    let refused = home.run(&["report", "verify", &newer]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("form 99"), "{refused:?}");
}

#[test]
fn a_parcel_of_an_earlier_release_is_taken_in() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join("moontide")).expect("a folder");
    // What was taken in is named anew.
    let kept = numbered(&home, "parcel.1.json", "parcel", 1);
    let arrived = home.run(&["store", "import", &kept, "--output=json"]).expect(0).json();
    assert_eq!(arrived["execution"], "drill");
    let status = home.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert_eq!(status["status"], "completed");
    let newer = numbered(&home, "parcel.1.json", "parcel", 99);
    let refused = home.run(&["store", "import", &newer]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("99"), "{refused:?}");
}
