//! What a service answers.

/// Stands in bodies for the id of the call, which [`Reply::identified`] knows.
pub(crate) const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

/// A reply, before it is written to a connection.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// For the list of calls.
    pub(crate) detail: String,
    /// Whether it is lost on the way to the caller.
    pub(crate) dropped: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body,
            detail: String::new(),
            dropped: false,
        }
    }

    /// Says in a few words what the call was about.
    pub(crate) fn about(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same, as the reply to the request of this id.
    pub(crate) fn identified(mut self, request_id: &str) -> Self {
        self.body = self.body.replace(REQUEST_ID, request_id);
        self.headers.push(("x-amzn-requestid", request_id.to_owned()));
        self
    }

    /// A connection that dies before anything has happened.
    pub(crate) fn never() -> Self {
        Self { dropped: true, ..Self::new(500, "text/plain", String::new()) }
            .about("lost before it had an effect")
    }

    /// The same, but lost on its way.
    pub(crate) fn lost(self) -> Self {
        Self { dropped: true, ..self }
    }
}
