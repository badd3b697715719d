//! What serde says of a value that a world cannot have, in the words of its author, who has numbers,
//! lists and tables, and no `u32`, sequence or variant.

/// The same message, if it is one of those; any other one stays as it is.
pub(super) fn plainly(message: &str) -> String {
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        return format!("unknown value {rest}");
    }
    let said = ["invalid type: ", "invalid value: "].iter().find_map(|it| message.strip_prefix(it));
    match said.and_then(|said| said.rsplit_once(", expected ")) {
        Some((given, wanted)) => {
            format!("must be {}, and is {}", wanted_as(wanted, given), given_as(given))
        }
        None => message.to_owned(),
    }
}

/// What stands in the world.
fn given_as(given: &str) -> String {
    let of = |kind: &str| Some(given.strip_prefix(kind)?.trim_matches('`'));
    match given {
        "sequence" => "a list".to_owned(),
        "map" => "a table".to_owned(),
        _ => match of("integer ").or_else(|| of("floating point ")) {
            Some(number) => format!("the number {number}"),
            None => match of("boolean ") {
                Some(flag) => flag.to_owned(),
                None if given.starts_with("string ") => format!("the {given}"),
                None => given.to_owned(),
            },
        },
    }
}

/// What could stand there. How large a number may be matters only to one that is too large.
fn wanted_as(wanted: &str, given: &str) -> String {
    let is_too_large = given.starts_with("integer ") && !given.contains('-');
    let plain = match wanted {
        "u8" if is_too_large => return format!("a whole number from 0 to {}", u8::MAX),
        "u16" if is_too_large => return format!("a whole number from 0 to {}", u16::MAX),
        "u32" if is_too_large => return format!("a whole number from 0 to {}", u32::MAX),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0 on",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        _ if wanted.starts_with("a nonzero ") => "a whole number from 1 on",
        _ if wanted.starts_with("struct ") => "a table",
        _ => wanted,
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::plainly;

    #[test]
    fn types_of_rust_are_called_what_the_author_of_a_world_calls_them() {
        for (message, plain) in [
            (
                "invalid value: integer `-1`, expected u32",
                "must be a whole number from 0 on, and is the number -1",
            ),
            (
                "invalid value: integer `5000000000`, expected u32",
                "must be a whole number from 0 to 4294967295, and is the number 5000000000",
            ),
            (
                "invalid value: integer `0`, expected a nonzero usize",
                "must be a whole number from 1 on, and is the number 0",
            ),
            (
                "invalid type: string \"a, expected b\", expected a sequence",
                "must be a list, and is the string \"a, expected b\"",
            ),
            ("invalid type: sequence, expected a map", "must be a table, and is a list"),
            (
                "invalid type: boolean `true`, expected struct Server",
                "must be a table, and is true",
            ),
            (
                "invalid type: floating point `1.5`, expected a string",
                "must be a string, and is the number 1.5",
            ),
            ("unknown variant `boot`", "unknown value `boot`"),
            ("missing field `name`", "missing field `name`"),
            ("jitter is a share, and was expected", "jitter is a share, and was expected"),
        ] {
            assert_eq!(plainly(message), plain);
        }
    }
}
