//! One thing that is wrong with a runbook, or odd about it, at its place.

use moontide_control::error::{Code, CommandError, Hint, Place};
use moontide_control::words;
use schemars::JsonSchema;
use serde::Serialize;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does not work, or not as it reads.
    Error,
    /// It may be meant so.
    Warning,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Its code, such as `M0210`.
    #[serde(serialize_with = "name_of")]
    #[schemars(with = "String")]
    pub code: &'static Code,
    /// One sentence, without a full stop.
    pub message: String,
    /// The field of the runbook that it is about, such as `waves[2].depends_on`, or the name that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What was probably meant, to be put in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// Where. The first place is what it is about; others say how it came to that.
    pub places: Vec<Place>,
    /// The line and the character behind the last one that it is about, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<(usize, usize)>,
    /// What to do.
    pub hints: Vec<Hint>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn name_of<S: serde::Serializer>(code: &&'static Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.name)
}

impl Finding {
    /// The sentence, with what was probably meant.
    pub fn sentence(&self) -> String {
        match &self.suggestion {
            Some(suggestion) => format!("{}, did you mean `{suggestion}`?", self.message),
            None => self.message.clone(),
        }
    }

    /// Whether the runbook does not work, or not as it reads.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The line and the character, from 1.
    pub fn position(&self) -> Option<(usize, usize)> {
        let place = self.places.first()?;
        Some((place.line?, place.column.unwrap_or(1)))
    }

    /// Whether the other is about a name that this one names too.
    pub(crate) fn names(&self, other: &Finding) -> bool {
        let last = |field: &String| field.rsplit(['.', ']']).next().unwrap_or_default().to_owned();
        let name = other.field.as_ref().map(last).filter(|name| !name.is_empty());
        name.is_some_and(|name| {
            self.field.as_ref().map(last) == Some(name.clone())
                || self.message.contains(&format!("`{name}`"))
        })
    }

    /// Where it stands in a list: errors first, then by file and line.
    pub(crate) fn rank(&self) -> (Severity, String, (usize, usize)) {
        let file = self.places.first().map(|place| place.file.clone());
        (self.severity, file.unwrap_or_default(), self.position().unwrap_or_default())
    }
}

/// So many places are named by the error that a command ends with.
const MOST: usize = 50;

/// Several findings as the error that a command ends with; `None` if there are none.
pub fn together(findings: &[&Finding]) -> Option<CommandError> {
    let [first, ..] = findings else { return None };
    if findings.len() == 1 {
        return Some(CommandError::from(*first));
    }
    let many = words::count(findings.len(), "mistake");
    let error = CommandError::new(first.code, format!("the runbook has {many}"));
    let places = findings.iter().take(MOST).filter_map(|finding| {
        let place = finding.places.first()?.clone();
        Some(Place { message: Some(finding.sentence()), ..place })
    });
    Some(places.fold(error, CommandError::at))
}

/// As an error of a command.
impl From<&Finding> for CommandError {
    fn from(finding: &Finding) -> CommandError {
        let error = CommandError::new(finding.code, finding.sentence());
        let error = finding.places.iter().cloned().fold(error, CommandError::at);
        finding.hints.iter().cloned().fold(error, CommandError::hint)
    }
}
