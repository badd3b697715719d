//! The reference as one HTML file: a list of contents, an anchor for each name, a search box. It loads nothing.
//!
//! - [`page`]: the page. [`prose`]: Markdown into HTML. [`code`]: Luau with its colours, types with their links.
//! - `style.css` and `search.js` stand in the page as they are.

mod code;
mod page;
mod prose;

pub use page::write;
