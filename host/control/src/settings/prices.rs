//! What an operator pays, for the cost in reports.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The prices of the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The name of their currency.
    pub currency: String,
    /// A recovery instance for an hour.
    #[schemars(with = "String")]
    pub instance_hour: Price,
    /// The same of instances whose type is known, by type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub types: BTreeMap<String, Price>,
}

/// A price, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(pub u64);

/// Millionths in one.
const ONE: u64 = 1_000_000;
/// No hour of an instance is dearer.
const DEAREST: u64 = 1_000_000;

impl Price {
    /// Reads `0.096`.
    pub fn read(text: &str) -> Option<Price> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if !is_number(whole) || !is_number(part) || part.len() > 6 {
            return None;
        }
        let whole: u64 = whole.parse().ok().filter(|it| *it <= DEAREST)?;
        let part: u64 = format!("{part:0<6}").parse().ok()?;
        Some(Price(whole * ONE + part))
    }

    /// Millionths as an amount of money: `1.29`.
    pub fn shown(millionths: u128) -> String {
        let cents = (millionths + 5_000) / 10_000;
        format!("{}.{:02}", cents / 100, cents % 100)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Price, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Whole(u64),
            Number(f64),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Text(text) => text,
            Written::Whole(number) => number.to_string(),
            Written::Number(number) => number.to_string(),
        };
        Price::read(&text).ok_or_else(|| {
            serde::de::Error::custom("a price is a number such as 0.096, with six decimals at most")
        })
    }
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.{:06}", self.0 / ONE, self.0 % ONE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_to_the_millionth_and_shown_to_the_cent() {
        assert_eq!(Price::read("0.096"), Some(Price(96_000)));
        assert_eq!(Price::read("12"), Some(Price(12_000_000)));
        for wrong in ["", ".", "1.", "-1", "1e3", "inf", "0.1234567", "1000001"] {
            assert_eq!(Price::read(wrong), None, "{wrong}");
        }
        assert_eq!(Price::shown(1_285_000), "1.29");
        assert_eq!(Price::shown(4_999), "0.00");
    }

    #[test]
    fn prices_are_written_as_they_are_read() {
        let toml =
            "currency = \"USD\"\ninstance_hour = 0.096\ntypes = { \"m5.large\" = \"0.1\" }\n";
        let prices: Prices = toml::from_str(toml).unwrap();
        assert_eq!(prices.types["m5.large"], Price(100_000));
        let again = serde_json::to_value(&prices).unwrap();
        assert_eq!(again["instance_hour"], "0.096000");
        assert_eq!(serde_json::from_value::<Prices>(again).unwrap(), prices);
    }
}
