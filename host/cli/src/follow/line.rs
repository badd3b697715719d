//! What is told of an execution that is followed: where it stands, and a line for each thing that happens.

use moontide_control::watch::change::{Change, Left, News, Seen};
use moontide_runtime::observe::Notice;
use serde_json::Value;

use crate::context::Context;
use crate::next;
use crate::output::Page;
use crate::output::style::{attention, faint, plain, strong};
use crate::progress::sentence;
use crate::view::Steps;

impl Steps for Seen {
    fn word(&self, context: &Context, json: &mut Value) {
        match self {
            Seen::Stands(summary) => summary.word(context, json),
            Seen::Happened(Change { news: News::Left(left), .. }) => {
                json["next"] = next::command(context, &left.next).into();
            }
            Seen::Happened(_) => {}
        }
    }

    fn write(&self, context: &Context, page: &mut Page) {
        match self {
            Seen::Stands(summary) => summary.write(context, page),
            Seen::Happened(change) => write(change, context, page),
        }
    }
}

fn write(change: &Change, context: &Context, page: &mut Page) {
    let said = match &change.news {
        News::Driven(driven) => Some(vec![faint("driven by "), plain(driven.runner.clone())]),
        News::Left(Left { runner, reason, next, .. }) => Some(vec![
            attention("no runner drives it"),
            plain(format!(": its runner {runner} {reason}; to go on: ")),
            strong(next::command(context, next)),
        ]),
        News::Notice(notice) => match notice.as_ref() {
            Notice::Phase { wave, phase } => {
                let mut line = sentence::speaker(wave, "");
                line.push(faint(phase.clone()));
                Some(line)
            }
            notice => sentence::of(notice),
        },
    };
    if let Some(said) = said {
        let at = faint(change.at.strftime("%H:%M:%SZ").to_string());
        page.line([at, plain("  ")].into_iter().chain(said));
    }
}
