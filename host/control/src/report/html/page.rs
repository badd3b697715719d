//! Filling in the page of a report.

use moontide_runtime::text::plain;
use serde::Serialize;

use super::chart::{self, Chart};
use super::data;
use super::render::{LONGEST, render};
use super::sheet::{self, Section};
use crate::error::Result;
use crate::report::Report;

/// The page, as people can read it.
const TEMPLATE: &str = include_str!("report.html");
/// How it looks.
const STYLE: &str = include_str!("report.css");
/// No title of a page is longer.
const LONGEST_TITLE: usize = 60;

/// What is put into the page.
#[derive(Serialize)]
struct Page<'r> {
    title: String,
    heading: String,
    mark: Option<&'r str>,
    redacted: bool,
    result: String,
    chart: Option<Chart>,
    sections: Vec<Section>,
    digest: &'r str,
    moontide: &'r str,
    data: String,
}

/// The page of a report. The same report gives the same page, to the byte.
pub fn page(report: &Report) -> Result<String> {
    let page = Page {
        title: plain(&report.title, LONGEST_TITLE),
        heading: plain(&report.title, LONGEST),
        // Only marks of ours: it stands in the style as well.
        mark: report.mark.as_ref().and_then(|_| report.identity.world.mark()),
        redacted: report.made.redacted,
        result: plain(&report.result, LONGEST),
        chart: chart::of(report),
        sections: sheet::sections(report),
        digest: &report.digest,
        moontide: &report.made.moontide,
        data: data::written(report)?,
    };
    render("report.html", TEMPLATE, STYLE, page)
}
