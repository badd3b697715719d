//! The guides: one topic, one file, one line in the list.

/// A guide.
pub(crate) struct Guide {
    /// What it is called.
    pub(crate) topic: &'static str,
    /// The whole page. Its first line is `# TOPIC: what it is about`.
    pub(crate) text: &'static str,
}

macro_rules! guides {
    ($($topic:literal),* $(,)?) => {
        /// All of them, in the order in which a newcomer reads.
        pub(crate) const ALL: &[Guide] = &[$(
            Guide { topic: $topic, text: include_str!(concat!("../../guides/", $topic, ".md")) },
        )*];
    };
}

guides![
    "start",
    "operate",
    "approvals",
    "cleanup",
    "schedules",
    "reports",
    "notifications",
    "safety",
    "crash",
    "authoring",
    "editors",
    "testing",
    "repl",
    "world-file",
    "settings",
    "stores",
    "aws",
    "ssm",
    "machines",
    "words",
    "embed",
    "contribute",
];

impl Guide {
    /// What the guide is about, in a line.
    pub(crate) fn about(&self) -> &'static str {
        let title = self.text.lines().next().unwrap_or_default();
        title.split_once(": ").map_or(title, |(_, about)| about)
    }
}

/// The guide of this topic.
pub(crate) fn find(topic: &str) -> Option<&'static Guide> {
    ALL.iter().find(|guide| guide.topic.eq_ignore_ascii_case(topic))
}
