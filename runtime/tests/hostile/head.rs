//! What the head comment of a hostile script foretells.

use serde_json::Value;

use super::play::{Ending, Outcome};

/// The head comment.
#[derive(Debug)]
pub(crate) struct Head {
    expect: Expect,
    effects: usize,
    said: Option<usize>,
    message: Option<String>,
    place: Option<String>,
}

#[derive(Debug)]
enum Expect {
    Ok(Value),
    Error(String),
}

impl Head {
    /// Reads `-- name: value` lines until the first line that is none.
    pub(crate) fn read(script: &[u8]) -> Result<Head, String> {
        let mut expect = None;
        let mut head = Head {
            expect: Expect::Ok(Value::Null),
            effects: 0,
            said: None,
            message: None,
            place: None,
        };
        let text = String::from_utf8_lossy(script);
        for line in text.lines().map_while(|line| line.strip_prefix("-- ")) {
            let Some((name, value)) = line.split_once(": ") else {
                continue;
            };
            match (name, value.split_once(' ')) {
                ("expect", Some(("ok", json))) => {
                    let json = serde_json::from_str(json).map_err(|e| format!("{json}: {e}"))?;
                    expect = Some(Expect::Ok(json));
                }
                ("expect", Some(("error", code))) => expect = Some(Expect::Error(code.to_owned())),
                ("effects", _) => head.effects = value.parse().map_err(|_| "effects: a number")?,
                ("said", _) => head.said = Some(value.parse().map_err(|_| "said: a number")?),
                ("message", _) => head.message = Some(value.to_owned()),
                ("place", _) => head.place = Some(value.to_owned()),
                ("as" | "why", _) => {}
                _ => return Err(format!("unknown line in the head: {line}")),
            }
        }
        head.expect = expect.ok_or("the head has no `expect`")?;
        Ok(head)
    }

    /// Says how the ending differs from what was foretold.
    pub(crate) fn compare(&self, ending: &Ending) -> Result<(), String> {
        let surprise = |what: &str| Err(format!("{what}; it ended like this: {ending:?}"));
        match (&self.expect, &ending.outcome) {
            (Expect::Ok(value), Outcome::Ok { value: returned }) if value == returned => {}
            (Expect::Error(code), Outcome::Error { code: raised, message, trace })
                if code == raised =>
            {
                let told = self.message.as_ref().is_none_or(|part| message.contains(part));
                if !told {
                    return surprise("another message was expected");
                }
                let placed = self
                    .place
                    .as_ref()
                    .is_none_or(|place| trace.iter().any(|frame| frame.starts_with(place)));
                if !placed {
                    return surprise("another place was expected");
                }
            }
            (Expect::Ok(value), _) => return surprise(&format!("expected ok {value}")),
            (Expect::Error(code), _) => return surprise(&format!("expected error {code}")),
        }
        if self.effects != ending.effects {
            return surprise(&format!("expected {} effects", self.effects));
        }
        if let Some(said) = self.said
            && said != ending.said
        {
            return surprise(&format!("expected {said} lines said"));
        }
        if let Some(text) = &ending.unfit {
            return surprise(&format!("unfit for a terminal: {text:?}"));
        }
        Ok(())
    }
}
