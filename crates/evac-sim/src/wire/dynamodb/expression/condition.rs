//! Conditions, and whether an item meets them.

use rust_decimal::Decimal;

use super::path::Path;
use crate::world::tables::{Item, Value};

/// Something that can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// What an item has there.
    Path(Path),
    /// What the request gave.
    Value(Value),
    /// How long or how many.
    Size(Path),
}

/// A sign between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub fn parse(symbol: &str) -> Option<Self> {
        Some(match symbol {
            "=" => Self::Equal,
            "<>" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// Whether it holds. What is absent or of another type is different, and neither smaller nor larger.
    fn holds(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        if self == Self::NotEqual {
            return left != right || left.is_none();
        }
        let (Some(left), Some(right)) = (left, right) else { return false };
        let ordered =
            left.kind() == right.kind() && matches!(left, Value::Text(_) | Value::Number(_) | Value::Bytes(_));
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => ordered && left < right,
            Self::LessOrEqual => ordered && left <= right,
            Self::Greater => ordered && left > right,
            Self::GreaterOrEqual => ordered && left >= right,
        }
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Both hold.
    And(Box<Condition>, Box<Condition>),
    /// One holds, or both.
    Or(Box<Condition>, Box<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// Two operands compare so.
    Compare(Operand, Comparison, Operand),
    /// The first is not below the second, and not above the third.
    Between(Operand, Operand, Operand),
    /// The first is one of the others.
    In(Operand, Vec<Operand>),
    /// Something is there.
    Exists(Path),
    /// What is there has the type that the operand names.
    HasType(Path, Operand),
    /// The first begins with the second.
    BeginsWith(Operand, Operand),
    /// The second is part of the first.
    Contains(Operand, Operand),
}

impl Condition {
    /// Whether it asks for one value of an attribute, as the condition of a query does of its partition key.
    pub fn names_partition(&self, attribute: &str) -> bool {
        match self {
            Self::And(one, other) => one.names_partition(attribute) || other.names_partition(attribute),
            Self::Compare(Operand::Path(path), Comparison::Equal, Operand::Value(_)) => path.attribute == attribute,
            _ => false,
        }
    }

    /// Whether an item meets it. What does not exist is an item without attributes.
    pub fn holds(&self, item: &Item) -> bool {
        match self {
            Self::And(one, other) => one.holds(item) && other.holds(item),
            Self::Or(one, other) => one.holds(item) || other.holds(item),
            Self::Not(inner) => !inner.holds(item),
            Self::Compare(left, comparison, right) => {
                comparison.holds(left.value(item).as_ref(), right.value(item).as_ref())
            }
            Self::Between(operand, low, high) => {
                let value = operand.value(item);
                Comparison::GreaterOrEqual.holds(value.as_ref(), low.value(item).as_ref())
                    && Comparison::LessOrEqual.holds(value.as_ref(), high.value(item).as_ref())
            }
            Self::In(operand, choices) => {
                let value = operand.value(item);
                value.is_some() && choices.iter().any(|choice| choice.value(item) == value)
            }
            Self::Exists(path) => path.get(item).is_some(),
            Self::HasType(path, kind) => {
                let kind = kind.value(item);
                path.get(item).is_some_and(|value| kind == Some(Value::Text(value.kind().to_owned())))
            }
            Self::BeginsWith(whole, start) => match (whole.value(item), start.value(item)) {
                (Some(Value::Text(whole)), Some(Value::Text(start))) => whole.starts_with(&start),
                (Some(Value::Bytes(whole)), Some(Value::Bytes(start))) => whole.starts_with(&start),
                _ => false,
            },
            Self::Contains(whole, part) => match (whole.value(item), part.value(item)) {
                (Some(Value::Text(whole)), Some(Value::Text(part))) => whole.contains(&part),
                (Some(Value::Texts(whole)), Some(Value::Text(part))) => whole.contains(&part),
                (Some(Value::Numbers(whole)), Some(Value::Number(part))) => whole.contains(&part),
                (Some(Value::ManyBytes(whole)), Some(Value::Bytes(part))) => whole.contains(&part),
                (Some(Value::List(whole)), Some(part)) => whole.contains(&part),
                _ => false,
            },
        }
    }
}

impl Operand {
    fn value(&self, item: &Item) -> Option<Value> {
        match self {
            Self::Path(path) => path.get(item).cloned(),
            Self::Value(value) => Some(value.clone()),
            Self::Size(path) => size(path.get(item)?).map(|size| Value::Number(Decimal::from(size))),
        }
    }
}

fn size(value: &Value) -> Option<usize> {
    match value {
        Value::Text(text) => Some(text.len()),
        Value::Bytes(bytes) => Some(bytes.len()),
        Value::Texts(set) => Some(set.len()),
        Value::Numbers(set) => Some(set.len()),
        Value::ManyBytes(set) => Some(set.len()),
        Value::List(items) => Some(items.len()),
        Value::Map(members) => Some(members.len()),
        Value::Number(_) | Value::Boolean(_) | Value::Null => None,
    }
}
