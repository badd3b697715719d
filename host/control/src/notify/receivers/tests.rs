use jiff::Timestamp;
use moontide_runtime::plan::Mode;
use serde_json::{Value, json};

use super::*;
use crate::notify::event::{Event, What};
use crate::notify::receiver::{Receiver, Written};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn receiver(text: &str) -> Receiver {
    let written: Written = toml::from_str(&format!("name = \"it\"\n{text}")).unwrap();
    written.read(&moontide_aws::web::Reach::default()).unwrap()
}

fn sent(text: &str, to: &str, event: &Event) -> Outgoing {
    let receiver = receiver(text);
    outgoing(Known { receiver: &receiver, to, secret: "hunter22" }, event, NOW).unwrap()
}

fn posted(text: &str, event: &Event) -> Value {
    let Outgoing::Web(requests) = sent(text, "https://x.test/hook", event) else {
        panic!("a request");
    };
    assert_eq!((requests[0].method, requests[0].url.as_str()), ("POST", "https://x.test/hook"));
    serde_json::from_str(&requests[0].body).unwrap()
}

/// An event of whose words all are as bad as they can be.
fn hostile() -> Event {
    let mut event = Event::example(What::Waits, NOW);
    event.sentence = format!(
        "DRILL shop: <!channel> & \"}}`*[x](http://evil.test) {}",
        "<é\u{1}\"".repeat(60_000)
    );
    event.command = format!("moontide answer x 'a`b' <c> {}", "&".repeat(30_000));
    event
}

#[test]
fn slack_is_told_in_words_that_mean_nothing_to_it() {
    let body = posted("kind = \"slack\"\nto = \"env:X\"", &Event::example(What::Waits, NOW));
    assert_eq!(body["text"], "DRILL shop: wave web waits for a person: Is the data good?");
    assert_eq!(
        body["blocks"][1]["text"]["text"],
        "```moontide answer shop-20261129t0230-x7k2 web continue```"
    );
    let body = posted("kind = \"slack\"\nto = \"env:X\"", &hostile());
    let text = body["text"].as_str().unwrap();
    assert!(text.starts_with("DRILL shop: &lt;!channel&gt; &amp; \"}"), "{}", &text[..80]);
    let blocks = body["blocks"].as_array().unwrap();
    let sizes: Vec<usize> = blocks
        .iter()
        .filter_map(|it| it["text"]["text"].as_str())
        .map(|it| it.chars().count())
        .collect();
    assert!(sizes.iter().all(|size| *size <= 3_000), "{sizes:?}");
    assert!(body.to_string().chars().count() < 13_000);
    assert!(!body.to_string().contains("<c>"));
}

#[test]
fn teams_gets_a_card_of_runs_that_stays_below_its_limit() {
    let body = posted("kind = \"teams\"\nto = \"env:X\"", &hostile());
    assert!(body.to_string().len() < 28 * 1024, "{}", body.to_string().len());
    let content = &body["attachments"][0]["content"];
    assert_eq!((&content["type"], &content["version"]), (&json!("AdaptiveCard"), &json!("1.4")));
    for block in content["body"].as_array().unwrap() {
        assert_eq!(block["type"], "RichTextBlock", "a text block would read Markdown");
    }
    let many =
        format!("kind = \"teams\"\nto = \"env:X\"\ntext = \"{}\"", "{{ mark }}\\n".repeat(3_000));
    assert!(posted(&many, &hostile()).to_string().len() < 28 * 1024);
}

#[test]
fn pagerduty_has_one_incident_for_an_execution_which_its_end_resolves() {
    let actions = |event: &Event| -> Vec<(String, String)> {
        let text = "kind = \"pagerduty\"\nsecret = \"env:X\"";
        let Outgoing::Web(requests) = sent(text, "https://x.test/", event) else {
            panic!("requests")
        };
        let read = |it: &Request| {
            let body: Value = serde_json::from_str(&it.body).unwrap();
            assert_eq!(
                (&body["routing_key"], &body["dedup_key"]),
                (&json!("hunter22"), &json!(event.execution))
            );
            let severity = body["payload"]["severity"].as_str().unwrap_or_default().to_owned();
            (body["event_action"].as_str().unwrap().to_owned(), severity)
        };
        requests.iter().map(read).collect()
    };
    let pair = |action: &str, severity: &str| (action.to_owned(), severity.to_owned());
    let event = |what| Event::example(what, NOW);
    assert_eq!(actions(&event(What::Waits)), [pair("trigger", "warning")]);
    assert_eq!(actions(&event(What::Answered)), [pair("acknowledge", "")]);
    assert_eq!(actions(&event(What::Failed)), [pair("trigger", "error")]);
    let day_itself = Event { mode: Mode::Recovery, ..event(What::Failed) };
    assert_eq!(actions(&day_itself), [pair("trigger", "critical")]);
    for end in [What::Completed, What::Cancelled] {
        assert_eq!(actions(&event(end)), [pair("resolve", "")]);
    }
    assert_eq!(actions(&event(What::Test)), [pair("trigger", "info"), pair("resolve", "")]);
    let long = posted("kind = \"pagerduty\"\nsecret = \"env:X\"", &hostile());
    assert!(long["payload"]["summary"].as_str().unwrap().chars().count() <= 1024);
}

#[test]
fn servicenow_is_asked_first_whether_there_is_a_record() {
    let event = Event::example(What::WaveFailed, NOW);
    let text =
        "kind = \"servicenow\"\nto = \"https://x.test\"\nuser = \"moontide\"\nsecret = \"env:X\"";
    let Outgoing::LookUp(it) = sent(text, "https://x.test/", &event) else { panic!("a look-up") };
    assert_eq!(
        it.ask.url,
        "https://x.test/api/now/table/incident?sysparm_query=correlation_id%3Dshop-20261129t0230-x7k2\
         &sysparm_fields=sys_id&sysparm_limit=1"
    );
    // `moontide:hunter22`
    assert_eq!(it.ask.headers[1].1, "Basic bW9vbnRpZGU6aHVudGVyMjI=");
    let made = it.then("{\"result\": []}").unwrap();
    assert_eq!((made.method, made.url.as_str()), ("POST", "https://x.test/api/now/table/incident"));
    let body: Value = serde_json::from_str(&made.body).unwrap();
    assert_eq!(body["correlation_id"], "shop-20261129t0230-x7k2");
    let added = it.then("{\"result\": [{\"sys_id\": \"46d4\"}]}").unwrap();
    assert_eq!(
        (added.method, added.url.as_str()),
        ("PATCH", "https://x.test/api/now/table/incident/46d4")
    );
    for wrong in ["<html>", "{}", "{\"result\": [{\"sys_id\": \"../user\"}]}", "{\"result\": [{}]}"]
    {
        assert!(it.then(wrong).is_err(), "{wrong}");
    }
    let Outgoing::LookUp(long) = sent(text, "https://x.test", &hostile()) else {
        panic!("a look-up")
    };
    let body: Value = serde_json::from_str(&long.make.body).unwrap();
    assert!(body["short_description"].as_str().unwrap().chars().count() <= 160);
}

#[test]
fn a_webhook_is_signed_over_its_time_and_its_bytes() {
    let event = Event::example(What::Waits, NOW);
    let text = "kind = \"webhook\"\nto = \"https://x.test/\"\nsecret = \"env:X\"";
    let Outgoing::Web(requests) = sent(text, "https://x.test/", &event) else {
        panic!("a request")
    };
    let it = &requests[0];
    let header = |name: &str| it.headers.iter().find(|header| header.0 == name).unwrap().1.as_str();
    assert_eq!(header("x-moontide-key"), "shop-20261129t0230-x7k2:waits:1");
    assert_eq!(header("x-moontide-signature"), webhook::signature("hunter22", NOW, &it.body));
    let body: Value = serde_json::from_str(&it.body).unwrap();
    assert_eq!(
        (&body["version"], &body["event"], &body["mode"]),
        (&json!(1), &json!("waits"), &json!("drill"))
    );
    // As OpenSSL and Python have it.
    let known = webhook::signature("Jefe", Timestamp::from_second(7).unwrap(), "what do ya want");
    assert_eq!(known, "t=7,v1=47d6e7f385860a8d946ac98d8c5ff10c84664ded41cde0a05a636828834ce994");
    let other = webhook::signature("Jefe", Timestamp::from_second(8).unwrap(), "what do ya want");
    assert_ne!(known[7..], other[7..], "the time is signed, too");
}

#[test]
fn a_topic_gets_a_subject_of_ascii_and_attributes_to_filter_by() {
    let mut event = Event::example(What::WaveFailed, NOW);
    event.runbook = format!("ß\n{}", "x".repeat(200));
    let text = "kind = \"sns\"\nto = \"arn:aws:sns:us-west-2:111122223333:dr.fifo\"";
    let Outgoing::Topic(it) = sent(text, "arn:aws:sns:us-west-2:111122223333:dr.fifo", &event)
    else {
        panic!("a message");
    };
    assert!(it.subject.starts_with("[DRILL] ??xxx") && it.subject.len() == 100, "{}", it.subject);
    assert_eq!(
        (it.attributes["event"].as_str(), it.attributes["mode"].as_str()),
        ("wave_failed", "drill")
    );
    assert!(it.deduplication.len() == 64 && it.text.contains("moontide status"));
    let Outgoing::Topic(long) =
        sent(text, "arn:aws:sns:us-west-2:111122223333:dr.fifo", &hostile())
    else {
        panic!("a message");
    };
    assert!(long.text.len() < 256 * 1024);
}

#[test]
fn a_bus_gets_the_five_kinds_that_rules_match() {
    let put = |what| match sent("kind = \"eventbridge\"", "default", &Event::example(what, NOW)) {
        Outgoing::Bus(event) => {
            assert_eq!(event.source, "dr.orchestration");
            let detail: Value = serde_json::from_str(&event.detail).unwrap();
            assert_eq!(detail["key"], format!("shop-20261129t0230-x7k2:{}:1", what.word()));
            Some(event.detail_type)
        }
        Outgoing::Nothing => None,
        other => panic!("{other:?}"),
    };
    let types: Vec<Option<String>> = What::ALL.into_iter().map(put).collect();
    let types: Vec<&str> = types.iter().map(|it| it.as_deref().unwrap_or("-")).collect();
    assert_eq!(
        types,
        [
            "started",
            "paused",
            "-",
            "-",
            "paused",
            "completed",
            "failed",
            "cancelled",
            "-",
            "-",
            "-"
        ]
    );
}

#[test]
fn a_template_takes_the_place_of_the_usual_text() {
    let text = "kind = \"slack\"\nto = \"env:X\"\ntext = \"{{ mark }} & {{ runbook }}\"";
    let body = posted(text, &Event::example(What::Waits, NOW));
    assert_eq!(body["text"], "DRILL &amp; shop");
    assert_eq!(body["blocks"].as_array().unwrap().len(), 2);
}

#[test]
fn texts_are_cut_between_characters() {
    assert_eq!(cut("éééé", 4), "éééé");
    assert_eq!(cut(&"é".repeat(20), 10), "ééé… (cut)");
    assert_eq!(cut_json("\"\"\"", 6), "\"\"\"");
    let shown = cut_json(&"\u{1}é".repeat(20), 30);
    assert!(
        serde_json::to_string(&shown).unwrap().len() <= 32 && shown.ends_with("… (cut)"),
        "{shown}"
    );
}

#[test]
fn a_bucket_gets_what_a_webhook_gets_and_a_test_is_locked_for_a_day_only() {
    let text = "kind = \"s3\"\nto = \"s3://evidence/dr\"\nretain = \"400d\"";
    let put = |what| match sent(text, "s3://evidence/dr", &Event::example(what, NOW)) {
        Outgoing::Object(it) => it,
        other => panic!("{other:?}"),
    };
    let ended = put(What::Completed);
    assert_eq!(
        (ended.bucket.as_str(), ended.key.as_str()),
        ("evidence", "dr/shop-20261129t0230-x7k2/completed/1.json")
    );
    let body: Value = serde_json::from_str(&ended.body).unwrap();
    assert_eq!((&body["event"], &body["version"]), (&json!("completed"), &json!(1)));
    let days = |it: &moontide_aws::tell::s3::Object| it.until.duration_since(NOW).as_hours() / 24;
    assert_eq!((days(&ended), days(&put(What::Test))), (400, 1));
    assert_eq!(put(What::Completed), ended, "told again, it is the same");
}
