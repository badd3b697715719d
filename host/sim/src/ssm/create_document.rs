//! `CreateDocument`, for command documents.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::Document;
use super::error::Error;
use super::state::Ssm;
use super::{input, reply};
use crate::documents;
use crate::fact::{Fact, source};
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.create-document.names",
        "A name is taken once, and one that begins as AWS's own do is refused.",
        source::SSM_MODEL,
    ),
    Fact::documented(
        "ssm.create-document.size",
        "A document has 64 KB at most.",
        source::SSM_GUIDE,
    ),
    Fact::assumed(
        "ssm.create-document.content",
        "Of a document in JSON the schema 2.2, its parameters and its scripts are read; patterns are not checked, and \
         what another step does is not done.",
        "the agent's parser and the service check more, and neither is published as a schema",
    ),
];

/// AWS takes no longer document.
const LARGEST: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    name: Option<String>,
    content: Option<String>,
    document_type: Option<String>,
    document_format: Option<String>,
}

pub(super) fn create(ssm: &mut Ssm, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let input: Input = input::parse(body)?;
    let missing = |field| move || Error::validation(format!("{field} must not be null"));
    let name = input.name.ok_or_else(missing("name"))?;
    let content = input.content.ok_or_else(missing("content"))?;
    input::check_document_name(&name)?;
    if documents::is_reserved(&name) {
        return Err(Error::validation(format!("{name} begins as the documents of AWS do")));
    }
    if input.document_type.as_deref() != Some("Command")
        || !matches!(input.document_format.as_deref(), None | Some("JSON"))
    {
        return Err(Error::validation("the simulator takes documents of the type Command in JSON"));
    }
    if content.len() > LARGEST {
        return Err(Error::new("MaxDocumentSizeExceeded", "The document is larger than 64 KB"));
    }
    let invalid = |message: String| Error::new("InvalidDocumentContent", message);
    let content: Value =
        serde_json::from_str(&content).map_err(|error| invalid(error.to_string()))?;
    if content["schemaVersion"] != "2.2" || !content["mainSteps"].is_array() {
        return Err(invalid(
            "the simulator reads documents of schema 2.2 with mainSteps".to_owned(),
        ));
    }
    if ssm.document(&name).is_some() {
        return Err(Error::new("DocumentAlreadyExists", format!("{name} exists already")));
    }
    let view = json!({ "DocumentDescription": {
        "Name": name,
        "DocumentType": "Command",
        "DocumentFormat": "JSON",
        "DocumentVersion": "1",
        "DefaultVersion": "1",
        "LatestVersion": "1",
        "SchemaVersion": "2.2",
        "Status": "Active",
        "CreatedDate": reply::seconds(now),
    } });
    ssm.documents.push(Document { name: name.clone(), content });
    Ok(reply::reply(200, &view).about(name))
}
