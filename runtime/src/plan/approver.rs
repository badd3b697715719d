//! How approvers are written: people, groups of them, and beginnings of names.
//!
//! Lists of approvers are printed among our own words, so a name must not read like a sentence, nor one
//! name like two: it has neither blanks nor the characters that end or join parts of a sentence. The names
//! that systems give have none of them either: users, `DOMAIN\user`, mail addresses, ARNs. Only an AWS
//! session name may hold a comma; its bearer is meant by what stands before it, with a `*` behind.

/// More people than an operator can wake.
pub const MOST_APPROVALS: u32 = 9;

/// Longer than the ARN of any session.
const LONGEST: usize = 256;

/// Why no person can be meant by this name.
pub fn check(name: &str) -> Result<(), &'static str> {
    let beginning = name.strip_suffix('*').unwrap_or(name);
    if beginning.contains('*') {
        return Err("`*` stands for the rest of a name, so it stands at its end");
    }
    let letter = |it: char| it.is_alphanumeric() || "_.-@/:+=\\".contains(it);
    if name.is_empty() || !beginning.chars().all(letter) {
        return Err("a name is made of letters, digits and `_.-@/:+=\\`");
    }
    if name.chars().count() > LONGEST {
        return Err("a name has at most 256 characters");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_systems_give_are_names() {
        for name in [
            "ann",
            "Jürgen",
            "uid:1000",
            "DR\\ann",
            "ann.o@example.com",
            "arn:aws:iam::111122223333:user/dba/ann",
            "arn:aws:sts::111122223333:assumed-role/DBA+EU=1/ann@example.com",
            "arn:aws:sts::111122223333:assumed-role/DBA/*",
            "*",
        ] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        assert_eq!(check(&"x".repeat(256)), Ok(()));
    }

    #[test]
    fn no_name_reads_like_a_sentence_or_like_two_names() {
        let sentence = "dba; answered: continue by ann, 2 of 2";
        for name in [sentence, "", " ", "ann ", "ann,bob", "ann;bob", "dba|ann", "(dba)", "a\nb"] {
            assert!(check(name).is_err(), "{name}");
        }
        for name in ["*ann", "a*b", "a**"] {
            assert!(check(name).is_err_and(|why| why.contains("at its end")), "{name}");
        }
        assert!(check(&"x".repeat(257)).is_err_and(|why| why.contains("256")));
    }
}
