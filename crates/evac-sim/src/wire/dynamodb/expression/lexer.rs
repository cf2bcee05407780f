//! Expressions in pieces.

use super::Invalid;

/// The longest expression that DynamoDB takes, in bytes.
const LONGEST: usize = 4096;
/// Symbols, the longer ones first.
const SYMBOLS: [&str; 14] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", "[", "]", ",", ".", "+", "-"];

/// A piece of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A keyword, a function or an attribute.
    Word(String),
    /// A placeholder for a name, with its `#`.
    Name(String),
    /// A placeholder for a value, with its `:`.
    Value(String),
    /// The place of an element in a list.
    Index(usize),
    /// A sign.
    Symbol(&'static str),
}

impl Token {
    /// The piece as it was written.
    pub fn text(&self) -> String {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Value(text) => text.clone(),
            Self::Index(index) => index.to_string(),
            Self::Symbol(symbol) => (*symbol).to_owned(),
        }
    }

    /// Whether it is this keyword, in capitals or not.
    pub fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// Cuts an expression into pieces.
pub fn tokens(expression: &str) -> Result<Vec<Token>, Invalid> {
    if expression.len() > LONGEST {
        let size = expression.len();
        return Err(Invalid(format!("Expression size has exceeded the maximum allowed size; expression size: {size}")));
    }
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let plain = |text: &str| text.find(|each: char| !each.is_ascii_alphanumeric() && each != '_');
        let word = |from: usize| plain(&rest[from..]).map_or(rest.len(), |end| from + end);
        let (token, length) = if first.is_ascii_digit() {
            let end = word(0);
            let index = rest[..end].parse().map_err(|_| Invalid::token(&rest[..end]))?;
            (Token::Index(index), end)
        } else if first.is_ascii_alphabetic() || first == '_' {
            (Token::Word(rest[..word(0)].to_owned()), word(0))
        } else if (first == '#' || first == ':') && word(1) > 1 {
            let text = rest[..word(1)].to_owned();
            (if first == '#' { Token::Name(text) } else { Token::Value(text) }, word(1))
        } else {
            let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol));
            let symbol = symbol.ok_or_else(|| Invalid::token(&first.to_string()))?;
            (Token::Symbol(symbol), symbol.len())
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    if tokens.is_empty() {
        return Err(Invalid("The expression can not be empty;".to_owned()));
    }
    Ok(tokens)
}
