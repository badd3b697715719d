//! What an operator reads: how old the data is, and how long it took, against what the runbook wants.

use serde_json::json;

use crate::{Story, timeless};

/// At most a quarter of an hour of data may be lost.
const PAYMENTS: &str = "local moontide = require('@moontide')
return moontide.runbook {
    name = 'payments', region = 'us-west-2', objectives = { rto = '2h', rpo = '15m' },
    waves = { { name = 'db', servers = { tags = { Tier = 'db' } } } },
}";

/// One server whose last good snapshot is three days old, and one that lags two hours.
const STALE: &str = "version = 1
account = '111122223333'
region = 'us-west-2'
[[servers]]
name = 'pay-1'
tags = { Tier = 'db' }
replication = 'DISCONNECTED'
lag = '3d'
[[servers]]
name = 'pay-2'
tags = { Tier = 'db' }
lag = '2h'
";

#[test]
fn old_data_stands_in_every_view_and_is_measured_against_the_objective() {
    let story = Story::with(PAYMENTS, STALE, "");
    let ran = story.run(&[], 0);
    for text in [ran.stdout, story.say("ann", &["show", "drill"], 0).stdout] {
        assert!(text.contains("warning: launched from an older recovery point"), "{text}");
        assert!(text.contains("; data 72h "), "{text}");
        assert!(text.contains("data 2h 00m old, the RPO missed by 1h 45m"), "{text}");
        assert!(text.contains("on pay-1, the RPO of 15m 00s is missed by 71h "), "{text}");
        assert!(text.contains(", the RTO of 2h 00m is met"), "{text}");
    }
    let status = story.json("status");
    assert_eq!(status["objectives"]["rto"]["met"], true);
    assert_eq!(status["objectives"]["rpo"]["met"], false);
    assert_eq!(status["objectives"]["rpo"]["server"], "pay-1");
    let servers = &status["waves"][0]["servers"];
    assert_eq!(servers[0]["verdict"], "launched");
    assert!(servers[0]["warning"].is_string() && servers[0]["recovery_point"].is_string());
    assert!(servers[0]["rpo_seconds"].as_u64().is_some_and(|age| age > 71 * 3600), "{servers}");
    assert_eq!(servers[1]["warning"], json!(null));
    assert_eq!(servers[1]["rpo_missed_by_seconds"].as_u64().map(|it| it / 3600), Some(1));
}

#[test]
fn a_rehearsal_tells_of_old_data_too() {
    let story = Story::with(PAYMENTS, STALE, "");
    std::fs::write(story.home.shop("world.toml"), STALE).expect("it can be written");
    let folder = story.home.shop("");
    let said = story.say("ann", &["rehearse", &folder], 0).stdout;
    assert!(timeless(&said).contains("warning: launched from an older recovery point"), "{said}");
    assert!(said.contains("on pay-1, the RPO of 15m 00s is missed by 71h "), "{said}");
    let json = story.say("ann", &["rehearse", &folder, "--output=json"], 0).json();
    assert_eq!(json["objectives"]["rpo"]["met"], false);
}
