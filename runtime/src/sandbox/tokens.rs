//! The tokens of a Luau source, as far as `loops` has to tell them apart.

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it begins in the source.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word,
    /// A number, a string, `...`, or what else may end a value or a type.
    Value,
    /// What a value follows.
    Operator,
    /// `(`, `[`, or the `{` of a string with values in it.
    Open,
    /// `{`.
    OpenBrace,
    /// `)`, `]` or `}`.
    Close,
    /// `;`.
    Semicolon,
}

/// Reads the tokens of a source one after another. Comments and space are none.
pub(super) struct Tokens<'t> {
    text: &'t [u8],
    at: usize,
    /// For each `{` that is open: whether it is one of a string with values in it.
    braces: Vec<bool>,
}

impl Tokens<'_> {
    pub(super) fn of(text: &str) -> Tokens<'_> {
        Tokens { text: text.as_bytes(), at: 0, braces: Vec::new() }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or_default()
    }

    fn skip_while(&mut self, holds: impl Fn(u8) -> bool) {
        while self.at < self.text.len() && holds(self.text[self.at]) {
            self.at += 1;
        }
    }

    /// Skips space and comments.
    fn skip_nothing(&mut self) {
        loop {
            self.skip_while(|byte| byte.is_ascii_whitespace() || byte == 0x0b);
            if self.peek(0) != b'-' || self.peek(1) != b'-' {
                return;
            }
            self.at += 2;
            if !self.skip_long() {
                self.skip_while(|byte| byte != b'\n');
            }
        }
    }

    /// Skips a long bracket, `[==[ … ]==]`, if there is one.
    fn skip_long(&mut self) -> bool {
        let level = self.text[self.at..].iter().skip(1).take_while(|byte| **byte == b'=').count();
        if self.peek(0) != b'[' || self.peek(level + 1) != b'[' {
            return false;
        }
        self.at += level + 2;
        while self.at < self.text.len() {
            let closes = self.peek(0) == b']'
                && (1..=level).all(|ahead| self.peek(ahead) == b'=')
                && self.peek(level + 1) == b']';
            self.at += 1;
            if closes {
                self.at += level + 1;
                break;
            }
        }
        true
    }

    /// Skips the rest of a string up to `quote`.
    fn skip_string(&mut self, quote: u8) {
        while self.at < self.text.len() {
            let byte = self.peek(0);
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == quote {
                return;
            }
        }
    }

    /// Skips the rest of a part of a string with values in it; whether a value comes next.
    fn skip_part(&mut self) -> Kind {
        while self.at < self.text.len() {
            let byte = self.peek(0);
            self.at += if byte == b'\\' { 2 } else { 1 };
            match byte {
                b'`' => return Kind::Value,
                b'{' => {
                    self.braces.push(true);
                    return Kind::Open;
                }
                _ => {}
            }
        }
        Kind::Value
    }

    fn kind(&mut self) -> Kind {
        let byte = self.peek(0);
        if byte.is_ascii_alphabetic() || byte == b'_' {
            self.skip_while(is_of_name);
            return Kind::Word;
        }
        if byte.is_ascii_digit() || (byte == b'.' && self.peek(1).is_ascii_digit()) {
            self.skip_while(|byte| is_of_name(byte) || byte == b'.');
            return Kind::Value;
        }
        if byte == b'[' && self.skip_long() {
            return Kind::Value;
        }
        self.at += 1;
        match byte {
            b'"' | b'\'' => {
                self.skip_string(byte);
                Kind::Value
            }
            b'`' => self.skip_part(),
            b'(' | b'[' => Kind::Open,
            b'{' => {
                self.braces.push(false);
                Kind::OpenBrace
            }
            b')' | b']' | b'}' => Kind::Close,
            b';' => Kind::Semicolon,
            b'.' if self.peek(0) == b'.' && self.peek(1) == b'.' => {
                self.at += 2;
                Kind::Value
            }
            // `>` may end a type, and hardly ever comes before an `if` otherwise. `?` always does.
            b'>' if self.peek(0) != b'=' => Kind::Value,
            b'?' | b'@' => Kind::Value,
            _ => Kind::Operator,
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_nothing();
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        let mut kind = self.kind();
        if self.text[start] == b'}' && self.braces.pop() == Some(true) {
            // The string goes on: its next value, or its end.
            kind = match self.skip_part() {
                Kind::Open => Kind::Operator,
                _ => Kind::Close,
            };
        }
        // A source that ends in the middle of a string does not compile.
        self.at = self.at.min(self.text.len());
        Some(Token { start, end: self.at, kind })
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
