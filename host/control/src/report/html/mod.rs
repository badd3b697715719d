//! A report as one page that needs nothing else: no script, no network. It prints well; a browser makes a PDF of it.
//!
//! - `report.html`, `report.css`: the page itself. [`page`](mod@page): filling it in. `render`: how any page is.
//! - `sheet`: what stands in its tables. `chart`: the places of the bars.
//! - [`data`]: the report's data in the page, and out of it again.

mod chart;
pub mod data;
pub mod page;
mod render;
mod sheet;

pub use page::page;
pub(crate) use render::{render, shown};
