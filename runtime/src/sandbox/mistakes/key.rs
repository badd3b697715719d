//! The key of a field in a table literal: what it is, however it is spelt.

use full_moon::ast::{Expression, Field, UnOp};
use full_moon::tokenizer::{StringLiteralQuoteType, Symbol, TokenType};

/// A key that is a constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A text, as bytes.
    Text(Vec<u8>),
    /// A number, by its bits; the two zeros are one.
    Number(u64),
    /// `true` or `false`.
    Boolean(bool),
}

impl Key {
    /// That of a field, the `items`th one without a key; `None` if the key is computed.
    pub(super) fn of(field: &Field, items: &mut u32) -> Option<Key> {
        match field {
            Field::NameKey { key, .. } => Some(Key::Text(key.token().to_string().into_bytes())),
            Field::ExpressionKey { key, .. } => Key::constant(key),
            Field::NoKey(_) => {
                *items += 1;
                Some(Key::number(f64::from(*items)))
            }
            _ => None,
        }
    }

    fn number(number: f64) -> Key {
        Key::Number(if number == 0.0 { 0 } else { number.to_bits() })
    }

    fn constant(key: &Expression) -> Option<Key> {
        match key {
            Expression::Parentheses { expression, .. }
            | Expression::TypeAssertion { expression, .. } => Key::constant(expression),
            Expression::UnaryOperator { unop: UnOp::Minus(_), expression } => {
                match Key::constant(expression)? {
                    Key::Number(bits) => Some(Key::number(-f64::from_bits(bits))),
                    _ => None,
                }
            }
            Expression::Number(token) => number(&token.token().to_string()).map(Key::number),
            Expression::String(token) => match token.token_type() {
                TokenType::StringLiteral { literal, quote_type, .. } => {
                    let text = literal.as_str();
                    match quote_type {
                        StringLiteralQuoteType::Brackets => {
                            // The first line break after the bracket is no part of it.
                            let text = text.strip_prefix('\r').unwrap_or(text);
                            Some(Key::Text(text.strip_prefix('\n').unwrap_or(text).into()))
                        }
                        _ => unescaped(text).map(Key::Text),
                    }
                }
                _ => None,
            },
            Expression::Symbol(token) => match token.token_type() {
                TokenType::Symbol { symbol: Symbol::True } => Some(Key::Boolean(true)),
                TokenType::Symbol { symbol: Symbol::False } => Some(Key::Boolean(false)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::Text(text) => write!(f, "`{}`", String::from_utf8_lossy(text)),
            Key::Number(bits) => write!(f, "{}", f64::from_bits(*bits)),
            Key::Boolean(boolean) => write!(f, "{boolean}"),
        }
    }
}

/// A number as Luau spells it: `1_000`, `0x10`, `0b11`, `1e3`.
fn number(text: &str) -> Option<f64> {
    let text = text.replace('_', "").to_ascii_lowercase();
    for (prefix, base) in [("0x", 16), ("0b", 2)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            #[expect(clippy::cast_precision_loss, reason = "Luau's numbers are doubles")]
            return u64::from_str_radix(digits, base).ok().map(|number| number as f64);
        }
    }
    text.parse().ok()
}

/// What the text between two quotation marks stands for; `None` where this cannot tell.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        match rest.next()? {
            'a' => bytes.push(7),
            'b' => bytes.push(8),
            'f' => bytes.push(12),
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            'v' => bytes.push(11),
            'z' => while rest.next_if(char::is_ascii_whitespace).is_some() {},
            'x' => {
                let digits: String = [rest.next()?, rest.next()?].iter().collect();
                bytes.push(u8::from_str_radix(&digits, 16).ok()?);
            }
            'u' => {
                rest.next_if_eq(&'{')?;
                let digits: String = rest.by_ref().take_while(|it| *it != '}').collect();
                let character = char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?;
                bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
            }
            first @ '0'..='9' => {
                let mut digits = String::from(first);
                while digits.len() < 3 {
                    let Some(digit) = rest.next_if(char::is_ascii_digit) else { break };
                    digits.push(digit);
                }
                bytes.push(digits.parse().ok()?);
            }
            other => bytes.extend(other.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    Some(bytes)
}
