//! All of a report.

use moontide_control::report::Report;

use super::{facts, tables};
use crate::output::style::{attention, execution_status, faint, plain, strong};
use crate::output::{Document, Page};

impl Document for Report {
    fn write(&self, page: &mut Page) {
        page.line([strong(self.title.as_str())]);
        if let Some(mark) = &self.mark {
            page.line([attention(mark.as_str())]);
        }
        if self.made.redacted {
            page.line([attention("REDACTED: people, servers, addresses and words are replaced")]);
        }
        page.line([plain(self.result.as_str())]);
        page.line([faint("status "), execution_status(self.status)]);
        facts::write(self, page);
        tables::write(self, page);
        facts::write_end(self, page);
    }
}
