//! Rules between waves: dependencies and cycles.

use insta::assert_snapshot;

use crate::complaints_between;

#[test]
fn waves_depend_on_waves_that_exist() {
    assert_snapshot!(complaints_between(&[
        ("database", &[]),
        ("web", &["datbase", "web", "mail", "database", "database"]),
        ("web", &[]),
    ]), @"
    waves[2].depends_on[5]: `database` is named twice
    waves[3].name: `web` is already the name of waves[2]
    waves[2].depends_on[1]: there is no wave `datbase`, did you mean `database`?
    waves[2].depends_on[2]: `web` waits for itself
    waves[2].depends_on[3]: there is no wave `mail`
    ");
}

#[test]
fn waves_do_not_wait_for_each_other() {
    assert_snapshot!(complaints_between(&[
        ("start", &[]),
        ("web", &["start", "app"]),
        ("app", &["db"]),
        ("db", &["web", "start"]),
        ("last", &["web", "again"]),
        ("again", &["last"]),
    ]), @"
    waves[2].depends_on: waves wait for each other: web → app → db → web
    waves[5].depends_on: waves wait for each other: last → again → last
    ");
}
