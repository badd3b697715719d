//! What may not be meant so: warnings of Luau's linter.

use luau_analysis::lint::LintWarning;
use luau_config::LintCode;

use super::checker::{Kind, Told};
use super::names::lossy;
use super::words::sentence;

/// A warning, if the loader does not look for its like itself, such as for what is not defined, or given twice.
pub(super) fn told(warning: &LintWarning) -> Option<Told> {
    let is_told = matches!(
        warning.code,
        LintCode::LocalUnused
            | LintCode::FunctionUnused
            | LintCode::ImportUnused
            | LintCode::PlaceholderRead
            | LintCode::UnreachableCode
            | LintCode::ForRange
            | LintCode::UnbalancedAssignment
            | LintCode::DuplicateLocal
            | LintCode::FormatString
            | LintCode::UninitializedLocal
            | LintCode::DuplicateFunction
            | LintCode::DeprecatedApi
            | LintCode::TableOperations
            | LintCode::DuplicateCondition
            | LintCode::MisleadingAndOr
            | LintCode::IntegerParsing
            | LintCode::ComparisonPrecedence
    );
    let message = sentence(&lossy(&warning.text));
    is_told.then_some(Told {
        at: warning.location,
        message,
        field: None,
        suggestion: None,
        kind: Kind::Odd,
        is_of_a_table: false,
    })
}
