//! The JSON Schema of a document, as it is written.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{Contract, absent};

/// The schema of a document, of the draft 2020-12.
///
/// Objects are open: what is added in the same version is valid, too.
pub fn of<D: Contract + ?Sized>() -> Value {
    let Value::Object(mut schema) = bare::<D::Shape>() else { return Value::Bool(true) };
    let format = D::format();
    let head = [
        (
            "document",
            json!({ "const": format, "description": "What this document is, and its version." }),
        ),
        (
            "version",
            json!({ "const": D::VERSION, "description": "The version again, as a number." }),
        ),
    ];
    let mut fields = match schema.remove("properties") {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let mut required = match schema.remove("required") {
        Some(Value::Array(required)) => required,
        _ => Vec::new(),
    };
    for (name, field) in head {
        required.push(name.into());
        fields.insert(name.to_owned(), field);
    }
    schema.entry("type").or_insert_with(|| "object".into());
    schema.insert("$id".to_owned(), format!("urn:moontide:{}:{}", D::NAME, D::VERSION).into());
    schema.insert("title".to_owned(), format.into());
    schema.insert("properties".to_owned(), fields.into());
    schema.insert("required".to_owned(), required.into());
    schema.into()
}

/// Of the type alone.
pub(super) fn bare<T: JsonSchema + ?Sized>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    absent::explain(&mut schema);
    schema
}
