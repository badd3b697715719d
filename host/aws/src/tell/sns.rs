//! Amazon Simple Notification Service: a message for a topic.

use std::collections::BTreeMap;

use aws_sdk_sns::types::MessageAttributeValue;

use super::Untold;
use crate::attempts::Attempts;
use crate::error;
use crate::session::Session;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The topic's ARN, which names the Region.
    pub topic: String,
    /// The subject of a mail: at most 100 characters of ASCII.
    pub subject: String,
    /// The message.
    pub text: String,
    /// What subscriptions can filter by.
    pub attributes: BTreeMap<String, String>,
    /// What belongs together, and must arrive in order; only topics whose names end in `.fifo` take it.
    pub group: String,
    /// What tells a message from its repetitions, for such topics.
    pub deduplication: String,
}

/// The Region of a topic's ARN; `None` if it is no such ARN.
pub fn region(topic: &str) -> Option<&str> {
    let mut parts = topic.split(':');
    let head = [parts.next()?, parts.next()?, parts.next()?];
    let (region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
    let is_account = account.len() == 12 && account.bytes().all(|it| it.is_ascii_digit());
    let is_word = |text: &str| {
        !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it))
    };
    let is_arn = head[0] == "arn" && head[1].starts_with("aws") && head[2] == "sns";
    (is_arn && is_account && is_word(region) && is_word(name) && parts.next().is_none())
        .then_some(region)
}

/// Whether a topic keeps order: its name says so, in lower case.
#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "it is no file")]
fn is_ordered(topic: &str) -> bool {
    topic.ends_with(".fifo")
}

/// Publishes a message, once. Returns its id.
pub async fn publish(session: &Session, message: &Message) -> Result<String, Untold> {
    let region = region(&message.topic)
        .ok_or_else(|| Untold::certain("InvalidArguments", "it is no ARN of a topic"))?;
    let client = aws_sdk_sns::Client::new(&session.config(region, Attempts::One));
    let mut request =
        client.publish().topic_arn(&message.topic).subject(&message.subject).message(&message.text);
    for (name, value) in &message.attributes {
        let value = MessageAttributeValue::builder().data_type("String").string_value(value);
        let value = value
            .build()
            .map_err(|error| Untold::certain("InvalidArguments", error.to_string()))?;
        request = request.message_attributes(name, value);
    }
    if is_ordered(&message.topic) {
        request = request
            .message_group_id(&message.group)
            .message_deduplication_id(&message.deduplication);
    }
    let sent = request.send().await.map_err(|error| error::failed(&error))?;
    Ok(sent.message_id().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_says_in_which_region_it_is() {
        assert_eq!(region("arn:aws:sns:eu-west-1:111122223333:dr-drills.fifo"), Some("eu-west-1"));
        assert_eq!(
            region("arn:aws-us-gov:sns:us-gov-west-1:111122223333:dr"),
            Some("us-gov-west-1")
        );
        for wrong in [
            "",
            "dr",
            "arn:aws:sqs:eu-west-1:111122223333:dr",
            "arn:aws:sns:eu-west-1:1:dr",
            "arn:aws:sns:eu-west-1:111122223333:",
            "arn:aws:sns::111122223333:dr",
            "arn:aws:sns:eu-west-1:111122223333:dr:6b0e71bd",
        ] {
            assert_eq!(region(wrong), None, "{wrong}");
        }
    }
}
