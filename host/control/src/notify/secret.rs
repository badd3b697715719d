//! Where the secrets of receivers are: settings name the place, and the text is read when something is sent. It is kept
//! nowhere, and whatever is told of a request that failed is told without it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::NON_ALPHANUMERIC;

use crate::error::{CommandError, Result, code};
use crate::params::secrets;

/// A place that holds a secret: `env:NAME` or `file:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference(String);

impl Reference {
    /// Reads a reference; `None`: it is none.
    pub fn read(text: &str) -> Option<Reference> {
        let rest = text.strip_prefix("env:").or_else(|| text.strip_prefix("file:"))?;
        (!rest.trim().is_empty()).then(|| Reference(text.to_owned()))
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is there, for the receiver of this name.
    pub fn open(&self, receiver: &str) -> Result<String> {
        let opened = secrets::resolve(receiver, &self.0);
        let text = opened.map_err(|error| CommandError { code: code::NOTIFY_SECRET, ..error })?;
        let text = text.trim();
        if text.is_empty() {
            let message = format!("the secret `{receiver}` is in {}, and that is empty", self.0);
            return Err(CommandError::new(code::NOTIFY_SECRET, message));
        }
        Ok(text.to_owned())
    }
}

/// A text without these secrets, also as an address, a query or a header has them.
pub fn hidden(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() > 3) {
        text = text.replace(secret, "(secret)");
        for form in forms(secret) {
            text = text.replace(&form, "(secret)");
        }
        // A receiver may quote the path alone.
        if let Some(path) = secret.split("://").nth(1).and_then(|it| it.split_once('/'))
            && path.1.len() > 3
        {
            text = text.replace(path.1, "(secret)");
        }
    }
    text
}

/// How else a receiver may quote it: as a query has it, as a header, as JSON.
fn forms(secret: &str) -> [String; 5] {
    let query = percent_encoding::utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.trim_matches('"').to_owned();
    // Some write a slash so in JSON.
    let slashes = json.replace('/', "\\/");
    [query.to_lowercase(), query, STANDARD.encode(secret), json, slashes]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_where_settings_say_and_hidden_in_what_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "hunter22\n").unwrap();
        let reference = Reference::read(&format!("file:{}", path.display())).unwrap();
        assert_eq!(reference.open("team").unwrap(), "hunter22");
        std::fs::write(&path, "\n").unwrap();
        assert_eq!(reference.open("team").unwrap_err().code, code::NOTIFY_SECRET);
        let none = Reference::read("env:MOONTIDE_NO_SUCH_VARIABLE").unwrap();
        assert_eq!(none.open("team").unwrap_err().code, code::NOTIFY_SECRET);
        for wrong in ["hunter22", "env:", "file: ", "https://x.test/"] {
            assert_eq!(Reference::read(wrong), None, "{wrong}");
        }
        let url = "https://hooks.slack.com/services/T/B/x";
        let said = hidden(
            "POST /services/T/B/x of https://hooks.slack.com/services/T/B/x, key hunter22",
            &[url, "hunter22"],
        );
        assert_eq!(said, "POST /(secret) of (secret), key (secret)");
        let forms = hidden("k=p%40ss%2Fword, cEBzcy93b3Jk", &["p@ss/word"]);
        assert_eq!(forms, "k=(secret), (secret)");
        let slashes = hidden(r"POST https:\/\/x.test\/T\/B", &["https://x.test/T/B"]);
        assert_eq!(slashes, "POST (secret)");
        assert_eq!(hidden("moon:pass, bW9vbjpwYXNz", &["moon:pass"]), "(secret), (secret)");
    }
}
