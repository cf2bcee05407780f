//! DynamoDB's expression language: conditions, updates and projections.
//!
//! No crate was found that parses and evaluates it without a database of its own around it, so that it is written
//! here: what DynamoDB documents, but for `list_append` on sets of lists that are built in the expression itself.

mod condition;
mod lexer;
mod parser;
mod path;
mod update;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

pub use condition::Condition;
pub use path::Path;
pub use update::Update;

use crate::{wire::ServiceError, world::tables::Value};
use parser::Parser;

/// What is wrong with an expression, in DynamoDB's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(pub String);

impl Invalid {
    fn token(token: &str) -> Self {
        Self(format!("Syntax error; token: \"{token}\", near: \"{token}\""))
    }
}

/// The placeholders of a request, and those of them that its expressions have used.
#[derive(Debug, Default)]
pub struct Scope {
    names: BTreeMap<String, String>,
    values: BTreeMap<String, Value>,
    used: BTreeSet<String>,
}

impl Scope {
    /// The placeholders of a request.
    ///
    /// # Errors
    /// When a value is none.
    pub fn of(input: &Json) -> Result<Self, ServiceError> {
        let members = |name: &str| input.get(name).and_then(Json::as_object).into_iter().flatten();
        let names = members("ExpressionAttributeNames").filter_map(|(key, name)| Some((key, name.as_str()?)));
        let values = members("ExpressionAttributeValues").map(|(key, value)| Ok((key.clone(), Value::read(value)?)));
        Ok(Self {
            names: names.map(|(key, name)| (key.clone(), name.to_owned())).collect(),
            values: values.collect::<Result<_, String>>().map_err(invalid)?,
            used: BTreeSet::new(),
        })
    }

    /// The condition in a member of a request, if it has one.
    ///
    /// # Errors
    /// When it is none.
    pub fn condition(&mut self, input: &Json, member: &str) -> Result<Option<Condition>, ServiceError> {
        self.parse(input, member, |parser| parser.condition())
    }

    /// The update of a request, if it has one.
    ///
    /// # Errors
    /// When it is none.
    pub fn update(&mut self, input: &Json) -> Result<Option<Update>, ServiceError> {
        self.parse(input, "UpdateExpression", |parser| parser.update())
    }

    /// The paths that a request wants to see, if it does not want everything.
    ///
    /// # Errors
    /// When they are none.
    pub fn projection(&mut self, input: &Json) -> Result<Option<Vec<Path>>, ServiceError> {
        self.parse(input, "ProjectionExpression", |parser| parser.projection())
    }

    /// Checks that nothing was given that no expression uses.
    ///
    /// # Errors
    /// With what it is.
    pub fn finish(self) -> Result<(), ServiceError> {
        let unused = |keys: Vec<String>| keys.into_iter().filter(|key| !self.used.contains(key)).collect::<Vec<_>>();
        let (names, values) = (self.names.keys().cloned().collect(), self.values.keys().cloned().collect());
        for (member, unused) in
            [("ExpressionAttributeNames", unused(names)), ("ExpressionAttributeValues", unused(values))]
        {
            if !unused.is_empty() {
                let keys = unused.join(", ");
                return Err(invalid(format!("Value provided in {member} unused in expressions: keys: {{{keys}}}")));
            }
        }
        Ok(())
    }

    fn parse<T>(
        &mut self,
        input: &Json,
        member: &str,
        read: impl FnOnce(&mut Parser<'_>) -> Result<T, Invalid>,
    ) -> Result<Option<T>, ServiceError> {
        let Some(text) = input.get(member).and_then(Json::as_str) else { return Ok(None) };
        let parsed = lexer::tokens(text).and_then(|tokens| {
            let mut parser = Parser::new(tokens, self);
            let read = read(&mut parser)?;
            parser.end()?;
            Ok(read)
        });
        parsed.map(Some).map_err(|Invalid(reason)| invalid(format!("Invalid {member}: {reason}")))
    }
}

/// A request that is wrong.
pub fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::sender("ValidationException", message)
}

#[cfg(test)]
mod tests;
