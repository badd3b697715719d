//! The comment by which a command can be recognised as ours: commands carry no tags and no token.

use moontide_runtime::effect::Call;

/// What AWS allows in a comment, at most.
const LONGEST: usize = 100;

/// Our mark, then as much of the author's own comment as fits.
pub(super) fn of(call: &Call, own: Option<&str>) -> String {
    let mark = mark(call);
    let comment = own.map_or(mark.clone(), |own| format!("{mark} {own}"));
    comment.chars().take(LONGEST).collect()
}

/// Whether a command with this comment was sent by `call`.
pub(super) fn is_of(comment: Option<&str>, call: &Call) -> bool {
    comment.is_some_and(|it| it.starts_with(&mark(call)))
}

fn mark(call: &Call) -> String {
    format!("moontide:{}", call.key)
}
