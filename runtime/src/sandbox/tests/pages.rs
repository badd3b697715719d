//! Lists of AWS that do not end, and those that do.

use super::*;

/// What the library makes of a list whose page `number` is this, and for how many pages it asked.
fn listed(page: impl Fn(u32) -> Value) -> (Result<Value, ScriptError>, u32) {
    let body = "return #require('@moontide/drs').recovery_instances()";
    let mut stage = Stage::set(body);
    let (lane, mut asked) = (stage.lane.clone(), 0);
    let mut progress = stage.begin();
    loop {
        if let Some(ended) = progress.ended {
            return (ended, asked);
        }
        asked += 1;
        assert!(asked <= 2_000, "the list is asked for without end");
        progress = stage.ok(&lane, page(asked));
    }
}

fn item() -> Value {
    json!({ "recovery_instance_id": "i-1" })
}

#[test]
fn every_page_of_a_list_is_read_also_behind_an_empty_one() {
    let (result, asked) = listed(|number| match number {
        1 => json!({ "items": [item(), item()], "next_token": "a" }),
        2..=90 => json!({ "items": [], "next_token": number.to_string() }),
        _ => json!({ "items": [item()] }),
    });
    assert_eq!((result.unwrap(), asked), (json!(3), 91));
}

#[test]
fn a_token_that_comes_again_ends_the_list_in_an_error_that_names_the_call() {
    let (result, asked) = listed(|_| json!({ "items": [item()], "next_token": "again" }));
    let error = result.unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable, asked), ("ListWithoutEnd", true, 2));
    insta::assert_snapshot!(error.message, @"drs.describe_recovery_instances answers page 2 with a `next_token` that it has given before: the list does not end, and was not seen whole; ask again, and if it stays so, tell AWS");
}

#[test]
fn pages_without_items_end_in_an_error_as_do_pages_without_number() {
    let empty = listed(|number| json!({ "items": [], "next_token": number.to_string() }));
    let full = listed(|number| json!({ "items": [item()], "next_token": number.to_string() }));
    for ((result, asked), pages, says) in [
        (empty, 100, "answers 100 pages in a row without an item"),
        (full, 1_000, "1000 pages with 1000 items"),
    ] {
        let error = result.unwrap_err();
        assert_eq!((error.code.as_str(), asked), ("ListWithoutEnd", pages));
        assert!(error.message.contains(says), "{}", error.message);
    }
}
