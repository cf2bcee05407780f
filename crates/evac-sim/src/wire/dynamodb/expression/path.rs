//! Document paths: `a`, `a.b`, `a[0].c`.

use crate::world::tables::{Item, Value};

/// A step from a value to one inside of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// To a member of a map.
    Member(String),
    /// To an element of a list.
    Element(usize),
}

/// A way to a value of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The attribute.
    pub attribute: String,
    /// The way from there.
    pub steps: Vec<Step>,
}

impl Path {
    /// The value at the end of the way.
    pub fn get<'a>(&self, item: &'a Item) -> Option<&'a Value> {
        let first = item.get(&self.attribute)?;
        self.steps.iter().try_fold(first, |value, step| match (value, step) {
            (Value::Map(members), Step::Member(name)) => members.get(name),
            (Value::List(items), Step::Element(index)) => items.get(*index),
            _ => None,
        })
    }

    /// Puts a value at the end of the way. The way to it has to be there; an element past the end of a list is
    /// appended. Says whether it could be done.
    pub fn set(&self, item: &mut Item, value: Value) -> bool {
        let Some((last, way)) = self.steps.split_last() else {
            item.insert(self.attribute.clone(), value);
            return true;
        };
        match (self.reach(item, way), last) {
            (Some(Value::Map(members)), Step::Member(name)) => {
                members.insert(name.clone(), value);
                true
            }
            (Some(Value::List(items)), Step::Element(index)) => {
                match items.get_mut(*index) {
                    Some(held) => *held = value,
                    None => items.push(value),
                }
                true
            }
            _ => false,
        }
    }

    /// Takes the value at the end of the way out. The way to it has to be there; the value need not. Says whether it
    /// could be done.
    pub fn remove(&self, item: &mut Item) -> bool {
        let Some((last, way)) = self.steps.split_last() else {
            item.remove(&self.attribute);
            return true;
        };
        match (self.reach(item, way), last) {
            (Some(Value::Map(members)), Step::Member(name)) => {
                members.remove(name);
                true
            }
            (Some(Value::List(items)), Step::Element(index)) => {
                if *index < items.len() {
                    items.remove(*index);
                }
                true
            }
            _ => false,
        }
    }

    /// Whether one of the two leads to the other, or both to the same.
    pub fn overlaps(&self, other: &Self) -> bool {
        let both = self.steps.iter().zip(&other.steps);
        self.attribute == other.attribute && both.into_iter().all(|(one, other)| one == other)
    }

    fn reach<'a>(&self, item: &'a mut Item, way: &[Step]) -> Option<&'a mut Value> {
        let first = item.get_mut(&self.attribute)?;
        way.iter().try_fold(first, |value, step| match (value, step) {
            (Value::Map(members), Step::Member(name)) => members.get_mut(name),
            (Value::List(items), Step::Element(index)) => items.get_mut(*index),
            _ => None,
        })
    }
}
