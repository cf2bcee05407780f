//! From pieces to conditions, updates and projections. Placeholders are put in here.

use super::{
    Invalid, Scope,
    condition::{Comparison, Condition, Operand},
    lexer::Token,
    path::{Path, Step},
    update::{Change, Source, Update},
};

/// How deep conditions may be nested.
const DEEPEST: usize = 100;
/// Words that cannot name an attribute without a placeholder.
const RESERVED: &str = include_str!("reserved_words.txt");

/// Reads one expression.
pub struct Parser<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    scope: &'a mut Scope,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub fn new(tokens: Vec<Token>, scope: &'a mut Scope) -> Self {
        Self { tokens: tokens.into_iter().peekable(), scope, depth: 0 }
    }

    /// Checks that nothing is left.
    pub fn end(&mut self) -> Result<(), Invalid> {
        if self.tokens.peek().is_some() { Err(self.unexpected()) } else { Ok(()) }
    }

    /// A condition.
    pub fn condition(&mut self) -> Result<Condition, Invalid> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Invalid("The expression is nested too deeply".to_owned()));
        }
        let mut condition = self.conjunction()?;
        while self.takes_keyword("OR") {
            condition = Condition::Or(Box::new(condition), Box::new(self.conjunction()?));
        }
        self.depth -= 1;
        Ok(condition)
    }

    fn conjunction(&mut self) -> Result<Condition, Invalid> {
        let mut condition = self.negation()?;
        while self.takes_keyword("AND") {
            condition = Condition::And(Box::new(condition), Box::new(self.negation()?));
        }
        Ok(condition)
    }

    fn negation(&mut self) -> Result<Condition, Invalid> {
        let mut negated = false;
        while self.takes_keyword("NOT") {
            negated = !negated;
        }
        let condition = self.comparison()?;
        Ok(if negated { Condition::Not(Box::new(condition)) } else { condition })
    }

    fn comparison(&mut self) -> Result<Condition, Invalid> {
        if self.takes("(") {
            let condition = self.condition()?;
            self.expect(")")?;
            return Ok(condition);
        }
        if let Some(Token::Word(word)) = self.tokens.peek().cloned()
            && matches!(
                word.as_str(),
                "attribute_exists" | "attribute_not_exists" | "attribute_type" | "begins_with" | "contains"
            )
        {
            self.tokens.next();
            return self.predicate(&word);
        }
        let left = self.operand()?;
        if self.takes_keyword("BETWEEN") {
            let low = self.operand()?;
            self.expect_keyword("AND")?;
            return Ok(Condition::Between(left, low, self.operand()?));
        }
        if self.takes_keyword("IN") {
            self.expect("(")?;
            let mut choices = vec![self.operand()?];
            while self.takes(",") {
                choices.push(self.operand()?);
            }
            self.expect(")")?;
            return Ok(Condition::In(left, choices));
        }
        let comparison = match self.tokens.peek() {
            Some(Token::Symbol(symbol)) => Comparison::parse(symbol),
            _ => None,
        };
        let Some(comparison) = comparison else { return Err(self.unexpected()) };
        self.tokens.next();
        Ok(Condition::Compare(left, comparison, self.operand()?))
    }

    fn predicate(&mut self, function: &str) -> Result<Condition, Invalid> {
        self.expect("(")?;
        let condition = match function {
            "attribute_exists" => Condition::Exists(self.path_of(function)?),
            "attribute_not_exists" => Condition::Not(Box::new(Condition::Exists(self.path_of(function)?))),
            "attribute_type" => {
                let path = self.path_of(function)?;
                self.expect(",")?;
                Condition::HasType(path, self.operand()?)
            }
            "begins_with" => {
                let text = self.operand()?;
                self.expect(",")?;
                Condition::BeginsWith(text, self.operand()?)
            }
            _ => {
                let whole = self.operand()?;
                self.expect(",")?;
                Condition::Contains(whole, self.operand()?)
            }
        };
        self.expect(")")?;
        Ok(condition)
    }

    fn operand(&mut self) -> Result<Operand, Invalid> {
        match self.tokens.peek() {
            Some(Token::Value(_)) => self.value().map(Operand::Value),
            Some(Token::Word(word)) if word == "size" => {
                self.tokens.next();
                // The word may also be an attribute of that name, but that one is reserved.
                self.expect("(")?;
                let path = self.path_of("size")?;
                self.expect(")")?;
                Ok(Operand::Size(path))
            }
            _ => self.path().map(Operand::Path),
        }
    }

    /// An update: each kind of clause at most once.
    pub fn update(&mut self) -> Result<Update, Invalid> {
        let mut changes = Vec::new();
        let mut seen = Vec::new();
        while self.tokens.peek().is_some() {
            let Some(clause) = ["SET", "REMOVE", "ADD", "DELETE"].into_iter().find(|clause| self.takes_keyword(clause))
            else {
                return Err(self.unexpected());
            };
            if seen.contains(&clause) {
                let reason = format!("The \"{clause}\" section can only be used once in an update expression;");
                return Err(Invalid(reason));
            }
            seen.push(clause);
            loop {
                let path = self.path()?;
                changes.push(match clause {
                    "SET" => {
                        self.expect("=")?;
                        (path, Change::Set(self.sum()?))
                    }
                    "REMOVE" => (path, Change::Remove),
                    "ADD" => (path, Change::Add(self.value()?)),
                    _ => (path, Change::Delete(self.value()?)),
                });
                if !self.takes(",") {
                    break;
                }
            }
        }
        Update::new(changes)
    }

    fn sum(&mut self) -> Result<Source, Invalid> {
        let left = self.source()?;
        if self.takes("+") {
            return Ok(Source::Plus(Box::new(left), Box::new(self.source()?)));
        }
        if self.takes("-") {
            return Ok(Source::Minus(Box::new(left), Box::new(self.source()?)));
        }
        Ok(left)
    }

    fn source(&mut self) -> Result<Source, Invalid> {
        match self.tokens.peek().cloned() {
            Some(Token::Value(_)) => self.value().map(Source::Value),
            Some(Token::Word(word)) if word == "if_not_exists" => {
                self.tokens.next();
                self.expect("(")?;
                let path = self.path_of("if_not_exists")?;
                self.expect(",")?;
                let otherwise = self.source()?;
                self.expect(")")?;
                Ok(Source::IfNotExists(path, Box::new(otherwise)))
            }
            Some(Token::Word(word)) if word == "list_append" => {
                self.tokens.next();
                self.expect("(")?;
                let head = self.source()?;
                self.expect(",")?;
                let tail = self.source()?;
                self.expect(")")?;
                Ok(Source::Append(Box::new(head), Box::new(tail)))
            }
            _ => self.path().map(Source::Path),
        }
    }

    /// Paths with commas between.
    pub fn projection(&mut self) -> Result<Vec<Path>, Invalid> {
        let mut paths = vec![self.path()?];
        while self.takes(",") {
            paths.push(self.path()?);
        }
        Ok(paths)
    }

    fn path_of(&mut self, function: &str) -> Result<Path, Invalid> {
        if matches!(self.tokens.peek(), Some(Token::Value(_))) {
            let reason = format!("The operator or function requires a document path; operator or function: {function}");
            return Err(Invalid(reason));
        }
        self.path()
    }

    fn path(&mut self) -> Result<Path, Invalid> {
        let attribute = self.name()?;
        let mut steps = Vec::new();
        loop {
            if self.takes(".") {
                steps.push(Step::Member(self.name()?));
            } else if self.takes("[") {
                let Some(Token::Index(index)) = self.tokens.peek().cloned() else { return Err(self.unexpected()) };
                self.tokens.next();
                self.expect("]")?;
                steps.push(Step::Element(index));
            } else {
                return Ok(Path { attribute, steps });
            }
        }
    }

    fn name(&mut self) -> Result<String, Invalid> {
        match self.tokens.peek().cloned() {
            Some(Token::Word(word)) if RESERVED.lines().any(|reserved| reserved.eq_ignore_ascii_case(&word)) => {
                Err(Invalid(format!("Attribute name is a reserved keyword; reserved keyword: {word}")))
            }
            Some(Token::Word(word)) => {
                self.tokens.next();
                match self.tokens.peek() {
                    Some(Token::Symbol("(")) => Err(Invalid(format!("Invalid function name; function: {word}"))),
                    _ => Ok(word),
                }
            }
            Some(Token::Name(placeholder)) => {
                self.tokens.next();
                let name = self.scope.names.get(&placeholder).cloned().ok_or_else(|| {
                    let reason = "An expression attribute name used in the document path is not defined";
                    Invalid(format!("{reason}; attribute name: {placeholder}"))
                })?;
                self.scope.used.insert(placeholder);
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn value(&mut self) -> Result<crate::world::tables::Value, Invalid> {
        let Some(Token::Value(placeholder)) = self.tokens.peek().cloned() else { return Err(self.unexpected()) };
        self.tokens.next();
        let value = self.scope.values.get(&placeholder).cloned().ok_or_else(|| {
            let reason = "An expression attribute value used in expression is not defined";
            Invalid(format!("{reason}; attribute value: {placeholder}"))
        })?;
        self.scope.used.insert(placeholder);
        Ok(value)
    }

    fn takes(&mut self, symbol: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Symbol(found) if *found == symbol)).is_some()
    }

    fn takes_keyword(&mut self, keyword: &str) -> bool {
        self.tokens.next_if(|token| token.is_keyword(keyword)).is_some()
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Invalid> {
        if self.takes(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expect_keyword(&mut self, keyword: &str) -> Result<(), Invalid> {
        if self.takes_keyword(keyword) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&mut self) -> Invalid {
        Invalid::token(&self.tokens.peek().map_or_else(|| "<EOF>".to_owned(), Token::text))
    }
}
