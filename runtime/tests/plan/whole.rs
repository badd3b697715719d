//! A complete runbook becomes a plan.

use insta::assert_json_snapshot;
use moontide_runtime::plan::Plan;
use serde_json::json;

use crate::node;

#[test]
fn a_complete_runbook_becomes_a_plan() {
    let plan = Plan::check(&node(&json!({
        "name": "three-tier",
        "description": "Database, then web",
        "regions": ["us-west-2", "us-east-1"],
        "account": "012345678901",
        "objectives": { "rto": "2h", "rpo": 900 },
        "max_parallel_waves": 2,
        "on_start": "function",
        "params": {
            "environment": { "type": "string", "allowed": ["production", "staging"], "default": "staging" },
            "patience": { "type": "duration", "default": "90s", "description": "How long to wait" },
            "token": { "type": "string", "secret": true },
        },
        "waves": [
            {
                "name": "database",
                "servers": { "tags": { "Tier": "database" }, "ids": ["s-0123456789abcdef0"], "optional": ["replica"] },
                "min_success": "75%",
                "verify": "function",
                "on_failure": "retry",
                "max_attempts": 5,
            },
            {
                "name": "web",
                "depends_on": ["database"],
                "pause": { "message": "Is it consistent?", "approvers": ["dba"], "timeout": "4h", "on_timeout": "skip" },
                "run": "function",
                "on_failure": "function",
            },
            { "name": "last", "pause": "Really?", "run": "function" },
        ],
    })))
    .unwrap();
    assert_json_snapshot!(plan, @r#"
    {
      "name": "three-tier",
      "description": "Database, then web",
      "regions": [
        "us-west-2",
        "us-east-1"
      ],
      "account": "012345678901",
      "rto": {
        "secs": 7200,
        "nanos": 0
      },
      "rpo": {
        "secs": 900,
        "nanos": 0
      },
      "params": {
        "environment": {
          "type": "string",
          "description": "",
          "allowed": [
            "production",
            "staging"
          ],
          "default": "staging",
          "secret": false
        },
        "patience": {
          "type": "duration",
          "description": "How long to wait",
          "allowed": [],
          "default": 90,
          "secret": false
        },
        "token": {
          "type": "string",
          "description": "",
          "allowed": [],
          "default": null,
          "secret": true
        }
      },
      "waves": [
        {
          "name": "database",
          "depends_on": [],
          "pause": null,
          "servers": {
            "tags": {
              "Tier": "database"
            },
            "ids": [
              "s-0123456789abcdef0"
            ],
            "optional": [
              "replica"
            ]
          },
          "min_success": {
            "percent": 75.0
          },
          "on_failure": "retry",
          "max_attempts": 5,
          "hooks": [
            "verify"
          ]
        },
        {
          "name": "web",
          "depends_on": [
            "database"
          ],
          "pause": {
            "message": "Is it consistent?",
            "approvers": [
              "dba"
            ],
            "approvals": 1,
            "timeout": {
              "secs": 14400,
              "nanos": 0
            },
            "on_timeout": "skip"
          },
          "servers": null,
          "min_success": null,
          "on_failure": null,
          "max_attempts": 3,
          "hooks": [
            "run",
            "on_failure"
          ]
        },
        {
          "name": "last",
          "depends_on": [],
          "pause": {
            "message": "Really?",
            "approvers": [],
            "approvals": 1,
            "timeout": null,
            "on_timeout": "abort"
          },
          "servers": null,
          "min_success": null,
          "on_failure": null,
          "max_attempts": 3,
          "hooks": [
            "run"
          ]
        }
      ],
      "max_parallel_waves": 2,
      "on_start": true,
      "on_cancel": false,
      "on_finish": false
    }
    "#);
}
