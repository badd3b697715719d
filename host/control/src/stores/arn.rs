//! The ARN of a table: how a table is named that belongs to another account.

/// What stands at its beginning.
const BEGINNING: &str = "arn:";

/// The parts of `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME` that matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arn {
    /// Where the table is.
    pub region: String,
    /// Whose it is: twelve digits.
    pub account: String,
    /// What its owner calls it.
    pub name: String,
}

impl Arn {
    /// Whether this is meant to be an ARN.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(BEGINNING)
    }

    /// Reads the ARN of a table; `None` if it is no such ARN.
    pub fn read(text: &str) -> Option<Arn> {
        let parts: Vec<&str> = text.strip_prefix(BEGINNING)?.splitn(5, ':').collect();
        let [partition, "dynamodb", region, account, resource] = parts.as_slice() else {
            return None;
        };
        let name = resource.strip_prefix("table/")?;
        let is_account = account.len() == 12 && account.bytes().all(|it| it.is_ascii_digit());
        let is_partition = *partition == "aws" || partition.starts_with("aws-");
        let fits = is_partition && is_account && is_region(region) && is_table(name);
        fits.then(|| Arn {
            region: (*region).to_owned(),
            account: (*account).to_owned(),
            name: name.to_owned(),
        })
    }
}

/// Whether a table may be called so.
pub fn is_table(name: &str) -> bool {
    (3..=255).contains(&name.len()) && is_plain(name, "-_.")
}

/// Whether a Region may be called so.
pub fn is_region(name: &str) -> bool {
    !name.is_empty() && is_plain(name, "-")
}

fn is_plain(text: &str, more: &str) -> bool {
    text.chars().all(|it| it.is_ascii_alphanumeric() || more.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_table_says_where_it_is_and_whose() {
        for partition in ["aws", "aws-cn", "aws-us-gov"] {
            let text = format!("arn:{partition}:dynamodb:eu-west-1:111122223333:table/dr.drills");
            let arn = Arn::read(&text).unwrap();
            assert_eq!((arn.region.as_str(), arn.name.as_str()), ("eu-west-1", "dr.drills"));
            assert_eq!(arn.account, "111122223333");
        }
    }

    #[test]
    fn another_arn_names_no_table() {
        for wrong in [
            "arn:aws:dynamodb:eu-west-1:111122223333:table/drills/index/x",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/drills@eu-west-1",
            "arn:aws:dynamodb:eu-west-1:111122223333:drills",
            "arn:aws:dynamodb::111122223333:table/drills",
            "arn:aws:dynamodb:eu-west-1:1111:table/drills",
            "arn:aws:s3:::drills",
            "arn:other:dynamodb:eu-west-1:111122223333:table/drills",
            "drills",
        ] {
            assert_eq!(Arn::read(wrong), None, "{wrong}");
        }
    }
}
