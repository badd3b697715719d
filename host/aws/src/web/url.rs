//! The address of a place on the web, read strictly: what two readers could understand in two ways is none.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Whether it is `https`; else it is `http`.
    pub is_secure: bool,
    /// The host in lower case: a name, or an address, which stands in brackets if it is one of IPv6.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path and the query, from the first `/` on.
    pub path: String,
}

impl Url {
    /// Reads an address; the error says what is wrong with it, and quotes nothing: it may be a secret.
    pub fn parse(text: &str) -> Result<Url, &'static str> {
        let (is_secure, rest) = match text.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err("an address begins with `https://` or `http://`"),
        };
        let is_odd =
            |it: char| it.is_whitespace() || it.is_control() || "\\#\"<>^`{|}".contains(it);
        if !rest.is_ascii() || rest.chars().any(is_odd) {
            return Err("an address is made of plain characters; others are written `%20`");
        }
        let (authority, path) = match rest.find(['/', '?']) {
            Some(at) if rest[at..].starts_with('/') => (&rest[..at], rest[at..].to_owned()),
            Some(at) => (&rest[..at], format!("/{}", &rest[at..])),
            None => (rest, "/".to_owned()),
        };
        if authority.contains('@') {
            return Err("an address names no user: a secret has a setting of its own");
        }
        let (host, port) = split(authority)?;
        let usual = if is_secure { 443 } else { 80 };
        let port = port.map_or(Some(usual), |port| port.parse().ok().filter(|port| *port > 0));
        let port = port.ok_or("a port is a number from 1 to 65535")?;
        Ok(Url { is_secure, host: host.to_ascii_lowercase(), port, path })
    }

    /// The address of IP that stands in the place of a name.
    pub fn literal(&self) -> Option<IpAddr> {
        literal(&self.host)
    }

    /// Whom it is about, without the path: that may be a secret.
    pub fn place(&self) -> String {
        let usual = if self.is_secure { 443 } else { 80 };
        let port = if self.port == usual { String::new() } else { format!(":{}", self.port) };
        format!("{}://{}{port}", self.scheme(), self.host)
    }

    /// `https` or `http`.
    pub fn scheme(&self) -> &'static str {
        if self.is_secure { "https" } else { "http" }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.place(), self.path)
    }
}

/// Host and port, as they are written.
fn split(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    let none = "an address names a host";
    if authority.starts_with('[') {
        let (host, rest) = authority.split_once(']').ok_or("a bracket is not closed")?;
        let is_six = host[1..].parse::<Ipv6Addr>().is_ok();
        let host = &authority[..=host.len()];
        return match (is_six, rest.strip_prefix(':')) {
            (true, Some(port)) => Ok((host, Some(port))),
            (true, None) if rest.is_empty() => Ok((host, None)),
            _ => Err("in brackets stands an address of IPv6"),
        };
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let is_letter = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
    let is_host = !host.is_empty() && host.len() <= 253 && host.chars().all(is_letter);
    if is_host { Ok((host, port)) } else { Err(none) }
}

/// The address of IP that a host is.
pub(super) fn literal(host: &str) -> Option<IpAddr> {
    if let Ok(four) = host.parse::<Ipv4Addr>() {
        return Some(four.into());
    }
    let six = host.strip_prefix('[')?.strip_suffix(']')?;
    six.parse::<Ipv6Addr>().ok().map(IpAddr::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_its_scheme_host_port_and_path() {
        for (text, place, path) in [
            (
                "https://hooks.slack.com/services/T/B/x",
                "https://hooks.slack.com",
                "/services/T/B/x",
            ),
            ("HTTP://x", "", ""),
            ("http://LOCALHOST:8080", "http://localhost:8080", "/"),
            ("https://x.test:443?a=b", "https://x.test", "/?a=b"),
            ("http://[fd00:ec2::254]:81/a", "http://[fd00:ec2::254]:81", "/a"),
        ] {
            let Ok(url) = Url::parse(text) else {
                assert!(place.is_empty(), "{text}");
                continue;
            };
            assert_eq!((url.place().as_str(), url.path.as_str()), (place, path), "{text}");
        }
        assert_eq!(
            Url::parse("http://[::1]/").unwrap().literal(),
            Some(Ipv6Addr::LOCALHOST.into())
        );
        assert_eq!(Url::parse("http://127.0.0.1/").unwrap().literal(), Some([127, 0, 0, 1].into()));
        assert_eq!(Url::parse("http://127.1/").unwrap().literal(), None, "the resolver is asked");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for wrong in [
            "ftp://x",
            "x",
            "https://",
            "https:///a",
            "https://a@b/",
            "https://a\\b/",
            "https://a b/",
            "https://a/#b",
            "https://a:0/",
            "https://a:99999/",
            "https://a:b@c/",
            "http://[::1",
            "http://[x]/",
            "https://ä.test/",
            "https://a/\r\nx: y",
        ] {
            assert!(Url::parse(wrong).is_err(), "{wrong}");
        }
    }
}
