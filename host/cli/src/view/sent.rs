//! A signal that was left in the store, in lines.

use moontide_control::view::sent::Sent;
use moontide_runtime::store::SignalKind;
use serde_json::Value;

use super::outside;
use super::worded::Steps;
use crate::context::Context;
use crate::next;
use crate::output::Page;
use crate::output::style::{attention, faint, plain, strong};

impl Steps for Sent {
    fn word(&self, context: &Context, json: &mut Value) {
        if let Some(step) = &self.next {
            json["next"] = next::command(context, step).into();
        }
        if !self.replaced.is_empty() {
            self.replaced.word(context, &mut json["replaced"]);
        }
    }

    fn write(&self, context: &Context, page: &mut Page) {
        page.line([plain(self.meaning.as_str())]);
        if !self.called_back.is_empty() {
            let waves = self.called_back.join(", ");
            page.line([faint("wait for their turn again: "), plain(waves)]);
        }
        if !self.still_skipped.is_empty() {
            let waves = self.still_skipped.join("; ");
            page.line([faint("are left out all the same: "), plain(waves)]);
        }
        outside::write(&self.outside, page);
        self.replaced.write(context, page);
        match (&self.runner, &self.next) {
            (Some(runner), _) if self.unsure => page.line([
                attention("it is not taken yet"),
                plain(format!(
                    ": the time to answer is over by this machine's clock, and {runner}, which decides, has said \
                     nothing; `moontide journal {}` shows what becomes of it",
                    self.execution
                )),
            ]),
            (Some(runner), _) => page.line([plain(format!("{runner} drives it and will take it"))]),
            (None, Some(step)) => {
                let way = match self.signal.wish {
                    SignalKind::Cancel { .. } => "no runner drives it now; to bring it to its end: ",
                    _ => "no runner drives it now; to go on: ",
                };
                page.line([plain(way), strong(next::command(context, step))]);
            }
            (None, None) => {}
        }
    }
}
