//! Which places a program of ours may reach.
//!
//! A machine that runs recoveries stands in the middle of a network, next to what listens to it alone: the metadata of
//! its instance, agents on its loopback, consoles of the data centre. An address that a name leads to is therefore
//! judged, too: those of such networks are refused, unless the operator has named them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::url::{Url, literal};

/// What the operator allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The places that runbooks may ask.
    pub allow: Vec<Pattern>,
    /// Networks that are refused otherwise.
    pub private: Vec<Network>,
}

impl Reach {
    /// Whether a pattern allows this place.
    pub fn allows(&self, url: &Url) -> bool {
        self.allow.iter().any(|pattern| pattern.matches(url))
    }

    /// Whether a program may connect to this address, to which the host of `url` has led.
    pub fn connects(&self, host: &str, to: IpAddr) -> bool {
        let is_named = |pattern: &Pattern| {
            let host_is = pattern.host == host;
            host_is && (literal(host) == Some(to) || (host == "localhost" && to.is_loopback()))
        };
        is_public(to)
            || self.private.iter().any(|network| network.holds(to))
            || self.allow.iter().any(is_named)
    }
}

/// Places on the web: scheme, host, port, and how the path begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    is_secure: bool,
    host: String,
    port: u16,
    path: String,
    /// Whether the path may go on.
    is_open: bool,
}

impl Pattern {
    /// Reads a pattern such as `https://hooks.slack.com/services/*`.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let (text, is_open) = match text.strip_suffix('*') {
            Some(text) => (text, true),
            None => (text, false),
        };
        if text.contains('*') {
            return Err("`*` stands for the rest of a path, so it stands at its end".to_owned());
        }
        let Url { is_secure, host, port, path } = Url::parse(text)?;
        let has_path = text.splitn(4, '/').nth(3).is_some();
        if is_open && !has_path {
            return Err("`*` stands for the rest of a path, and not of a host".to_owned());
        }
        if is_open && !path.ends_with('/') {
            return Err(
                "`*` stands behind a `/`: what else begins like a path is another one".to_owned()
            );
        }
        Ok(Pattern { is_secure, host, port, path, is_open })
    }

    /// Whether this is one of the places.
    pub fn matches(&self, url: &Url) -> bool {
        let is_there = self.is_secure == url.is_secure && self.host == url.host;
        // A server could take `..`, also when it is written otherwise, for the folder above.
        let climbs = url.path.contains("..") || url.path.to_ascii_lowercase().contains("%2e");
        let is_path = if self.is_open {
            url.path.starts_with(&self.path) && !climbs
        } else {
            url.path == self.path
        };
        is_there && self.port == url.port && is_path
    }
}

/// Addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads a network such as `10.0.0.0/8`, or one address.
    pub fn parse(text: &str) -> Result<Network, &'static str> {
        let wrong = "a network is written like `10.0.0.0/8`, `fd00::/8` or `127.0.0.1`";
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits)),
            None => (text, None),
        };
        let base: IpAddr = base.parse().map_err(|_| wrong)?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong)?;
        if bits > most { Err(wrong) } else { Ok(Network { base, bits }) }
    }

    fn holds(self, address: IpAddr) -> bool {
        match (self.base, bare(address)) {
            (IpAddr::V4(base), IpAddr::V4(it)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                base.to_bits() & mask == it.to_bits() & mask
            }
            (IpAddr::V6(base), IpAddr::V6(it)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                base.to_bits() & mask == it.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// An address of IPv4 that is wrapped in one of IPv6, unwrapped.
fn bare(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let [a, b, .., y, z] = six.segments();
    let four = Ipv4Addr::from((u32::from(y) << 16) | u32::from(z));
    match (a, b) {
        // NAT64
        (0x64, 0xff9b) => four.into(),
        // 6to4
        (0x2002, b) => Ipv4Addr::from((u32::from(b) << 16) | u32::from(six.segments()[2])).into(),
        _ => six.to_ipv4_mapped().map_or(address, IpAddr::from),
    }
}

/// Whether an address is of the public internet.
fn is_public(address: IpAddr) -> bool {
    match bare(address) {
        IpAddr::V4(four) => !is_special(four),
        IpAddr::V6(six) => {
            let first = six.segments()[0];
            // Global unicast is all that is given out; behind `::` stands what is no network at all.
            (0x2000..=0x3fff).contains(&first) && !is_example(six)
        }
    }
}

fn is_special(four: Ipv4Addr) -> bool {
    let [a, b, c, _] = four.octets();
    four.is_loopback()
        || four.is_private()
        || four.is_link_local()
        || four.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a, b, c) == (192, 0, 0)
}

fn is_example(six: Ipv6Addr) -> bool {
    six.segments()[..2] == [0x2001, 0xdb8]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(allow: &[&str], private: &[&str]) -> Reach {
        Reach {
            allow: allow.iter().map(|it| Pattern::parse(it).unwrap()).collect(),
            private: private.iter().map(|it| Network::parse(it).unwrap()).collect(),
        }
    }

    #[test]
    fn a_pattern_is_a_scheme_a_host_a_port_and_the_beginning_of_a_path() {
        let reach = reach(&["https://hooks.slack.com/services/*", "http://x.test:8080/one"], &[]);
        let allows = |text: &str| reach.allows(&Url::parse(text).unwrap());
        for yes in ["https://hooks.slack.com/services/T/B", "https://HOOKS.slack.com:443/services/"]
        {
            assert!(allows(yes), "{yes}");
        }
        assert!(allows("http://x.test:8080/one"));
        for no in [
            "http://hooks.slack.com/services/T",
            "https://hooks.slack.com/services",
            "https://hooks.slack.com:8443/services/T",
            "https://hooks.slack.com.evil.test/services/T",
            "https://hooks.slack.com/services/../admin",
            "https://hooks.slack.com/services/%2E%2e/admin",
            "http://x.test:8080/one/two",
            "http://x.test/one",
        ] {
            assert!(!allows(no), "{no}");
        }
        for wrong in [
            "https://*/x",
            "https://*.slack.com/",
            "https://x.test*",
            "https://x.test/a*",
            "x/*",
            "https://x/*/y",
        ] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_listens_to_this_machine_alone_is_refused_unless_it_is_named() {
        let (none, host) = (Reach::default(), "x.test");
        let connects =
            |reach: &Reach, host: &str, to: &str| reach.connects(host, to.parse().unwrap());
        for public in ["93.184.216.34", "2606:2800:220:1::1", "8.8.8.8"] {
            assert!(connects(&none, host, public), "{public}");
        }
        let special = [
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "10.0.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "::",
            "::1",
            "fe80::1",
            "fd00:ec2::254",
            "fc00::1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "::127.0.0.1",
            "2001:db8::1",
        ];
        for refused in special {
            assert!(!connects(&none, host, refused), "{refused}");
        }
        let named = reach(
            &["http://127.0.0.1:9/*", "http://localhost/"],
            &["10.1.0.0/16", "fd00:ec2::254"],
        );
        assert!(connects(&named, "127.0.0.1", "127.0.0.1") && connects(&named, "localhost", "::1"));
        assert!(!connects(&named, host, "127.0.0.1"), "a name that leads there is another matter");
        assert!(!connects(&named, "127.0.0.2", "127.0.0.2"));
        assert!(connects(&named, host, "10.1.2.3") && connects(&named, host, "::ffff:10.1.2.3"));
        assert!(!connects(&named, host, "10.2.0.1"));
        assert!(
            connects(&named, host, "fd00:ec2::254") && !connects(&named, host, "fd00:ec2::253")
        );
        let all = reach(&[], &["0.0.0.0/0"]);
        assert!(connects(&all, host, "10.2.0.1") && !connects(&all, host, "::1"));
        for wrong in ["10.0.0.0/33", "10.0.0/8", "x", "", "10.0.0.0/", "::/129"] {
            assert!(Network::parse(wrong).is_err(), "{wrong}");
        }
    }
}
