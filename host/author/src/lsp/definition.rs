//! Where something is written down: in a file of the author's, or in a module of the library.

use lsp_types::{GotoDefinitionResponse, Location, Range};

use super::library::Library;
use super::session::Asked;
use super::{text, uri};
use crate::types::Analysis;
use crate::types::answers::Origin;

/// The file and the place.
#[expect(clippy::needless_pass_by_value, reason = "a question is answered once")]
pub(super) fn answer(
    analysis: &mut Analysis,
    asked: Asked<'_>,
    library: &Library,
) -> Option<GotoDefinitionResponse> {
    let found = analysis.describe(&asked.sources.whole, &asked.module, asked.spot)?;
    let Origin { module, begin, end } = found.origin?;
    let source = asked.sources.text(&module)?;
    let range = Range::new(text::position(source, begin), text::position(source, end));
    let uri = if module == asked.module {
        asked.document.uri.clone()
    } else {
        let own = asked.sources.path(&module);
        uri::of(&own.or_else(|| library.module(&module))?)?
    };
    Some(GotoDefinitionResponse::Scalar(Location { uri, range }))
}
