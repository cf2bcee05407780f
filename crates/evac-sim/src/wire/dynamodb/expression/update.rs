//! Updates, and what they make of an item.

use rust_decimal::Decimal;

use super::{Invalid, path::Path};
use crate::world::tables::{Item, Value};

/// What is done at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It gets a value.
    Set(Source),
    /// It goes.
    Remove,
    /// A number grows, or a set gets members.
    Add(Value),
    /// A set loses members.
    Delete(Value),
}

/// Where a value that is set comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Path(Path),
    Value(Value),
    IfNotExists(Path, Box<Source>),
    Append(Box<Source>, Box<Source>),
    Plus(Box<Source>, Box<Source>),
    Minus(Box<Source>, Box<Source>),
}

/// What an item is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update(Vec<(Path, Change)>);

/// A value is not of the type that the expression needs.
const WRONG_TYPE: &str = "An operand in the update expression has an incorrect data type";

impl Update {
    /// An update of these changes, no two of which may touch the same.
    pub fn new(changes: Vec<(Path, Change)>) -> Result<Self, Invalid> {
        for (place, (path, _)) in changes.iter().enumerate() {
            if let Some((other, _)) = changes[..place].iter().find(|(other, _)| other.overlaps(path)) {
                return Err(Invalid(format!(
                    "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: \
                     [{}], path two: [{}]",
                    other.attribute, path.attribute
                )));
            }
        }
        Ok(Self(changes))
    }

    /// The attributes that it touches.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(path, _)| path.attribute.as_str())
    }

    /// The item as it will be. Every value is looked up in the item as it was.
    ///
    /// # Errors
    /// In DynamoDB's words, when the item does not fit.
    pub fn apply(&self, old: &Item) -> Result<Item, String> {
        let mut item = old.clone();
        let (mut removals, others): (Vec<_>, Vec<_>) = self.0.iter().partition(|(_, change)| *change == Change::Remove);
        for (path, change) in others {
            let value = match change {
                Change::Remove => continue,
                Change::Set(source) => Some(source.value(old)?),
                Change::Add(value) => Some(added(path.get(old), value)?),
                Change::Delete(value) => deleted(path.get(old), value)?,
            };
            let done = match value {
                Some(value) => path.set(&mut item, value),
                None => path.remove(&mut item),
            };
            reached(done)?;
        }
        // Elements that are removed must not move those that are set, nor each other: they go last, the later first.
        removals.sort_by(|(one, _), (other, _)| other.steps.cmp(&one.steps));
        for (path, _) in removals {
            reached(path.remove(&mut item))?;
        }
        Ok(item)
    }
}

fn reached(done: bool) -> Result<(), String> {
    let reason = "The document path provided in the update expression is invalid for update";
    if done { Ok(()) } else { Err(reason.to_owned()) }
}

impl Source {
    fn value(&self, item: &Item) -> Result<Value, String> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Path(path) => path.get(item).cloned().ok_or_else(|| {
                "The provided expression refers to an attribute that does not exist in the item".to_owned()
            }),
            Self::IfNotExists(path, otherwise) => match path.get(item) {
                Some(value) => Ok(value.clone()),
                None => otherwise.value(item),
            },
            Self::Append(head, tail) => match (head.value(item)?, tail.value(item)?) {
                (Value::List(mut head), Value::List(tail)) => {
                    head.extend(tail);
                    Ok(Value::List(head))
                }
                _ => Err(WRONG_TYPE.to_owned()),
            },
            Self::Plus(left, right) => computed(left.value(item)?, right.value(item)?, Decimal::checked_add),
            Self::Minus(left, right) => computed(left.value(item)?, right.value(item)?, Decimal::checked_sub),
        }
    }
}

fn computed(
    left: Value,
    right: Value,
    operation: impl Fn(Decimal, Decimal) -> Option<Decimal>,
) -> Result<Value, String> {
    let (Value::Number(left), Value::Number(right)) = (left, right) else { return Err(WRONG_TYPE.to_owned()) };
    let number = operation(left, right).ok_or("Number overflow. Attempting to store a number that is too large")?;
    Ok(Value::Number(number))
}

fn added(held: Option<&Value>, value: &Value) -> Result<Value, String> {
    match (held, value) {
        (None, Value::Number(_) | Value::Texts(_) | Value::Numbers(_) | Value::ManyBytes(_)) => Ok(value.clone()),
        (Some(Value::Number(_)), Value::Number(_)) => {
            computed(held.cloned().unwrap_or(Value::Null), value.clone(), Decimal::checked_add)
        }
        (Some(Value::Texts(held)), Value::Texts(more)) => Ok(Value::Texts(held | more)),
        (Some(Value::Numbers(held)), Value::Numbers(more)) => Ok(Value::Numbers(held | more)),
        (Some(Value::ManyBytes(held)), Value::ManyBytes(more)) => Ok(Value::ManyBytes(held | more)),
        _ => Err(WRONG_TYPE.to_owned()),
    }
}

/// What is left of a set; nothing when it is empty, for there are no empty sets.
fn deleted(held: Option<&Value>, value: &Value) -> Result<Option<Value>, String> {
    let left = match (held, value) {
        (None, Value::Texts(_) | Value::Numbers(_) | Value::ManyBytes(_)) => return Ok(None),
        (Some(Value::Texts(held)), Value::Texts(less)) => Value::Texts(held - less),
        (Some(Value::Numbers(held)), Value::Numbers(less)) => Value::Numbers(held - less),
        (Some(Value::ManyBytes(held)), Value::ManyBytes(less)) => Value::ManyBytes(held - less),
        _ => return Err(WRONG_TYPE.to_owned()),
    };
    let empty = match &left {
        Value::Texts(set) => set.is_empty(),
        Value::Numbers(set) => set.is_empty(),
        Value::ManyBytes(set) => set.is_empty(),
        _ => false,
    };
    Ok((!empty).then_some(left))
}
