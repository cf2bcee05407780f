//! DynamoDB's tables: one that spans regions with strong consistency, and those that clients make in one region.
//!
//! The global table has two replicas and a witness. A write or a consistent read at a replica needs that replica and
//! one of the other two. There is one copy of its items here, and requests are served one after the other, so that
//! everything that was answered is in one order which both replicas show.

mod value;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

pub use value::{Item, Value, read_item, write_item};

use crate::topology::{PerRegion, Region};

/// The global table that leases are kept in.
pub const LEASE_TABLE: &str = "evac-lease";
/// Its partition key.
pub const LEASE_KEY: &str = "stack";
/// The regions where it can be asked.
pub const REPLICAS: [Region; 2] = [Region::UsEast1, Region::UsWest2];
/// The region that only votes.
pub const WITNESS: &str = "us-east-2";

/// A key attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// The name of its type: `S`, `N` or `B`.
    pub kind: String,
}

/// The key of an item: the values of the partition key and of the sort key.
pub type Key = (Value, Option<Value>);

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The partition key.
    pub partition: KeyAttribute,
    /// The sort key.
    pub sort: Option<KeyAttribute>,
    /// Whether it spans regions.
    pub global: bool,
    /// When it was made.
    pub created: Timestamp,
    /// Its items, in the order of their keys.
    pub items: BTreeMap<Key, Item>,
}

impl Table {
    /// A table without items.
    pub fn new(name: &str, partition: KeyAttribute, sort: Option<KeyAttribute>, created: Timestamp) -> Self {
        Self { name: name.to_owned(), partition, sort, global: false, created, items: BTreeMap::new() }
    }

    /// The attributes that make up the key.
    pub fn key_attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        std::iter::once(&self.partition).chain(&self.sort)
    }

    /// The key in these attributes.
    ///
    /// # Errors
    /// With the attribute that is missing, of another type or empty.
    pub fn key_of<'a>(&'a self, attributes: &Item) -> Result<Key, BadKey<'a>> {
        let value = |attribute: &'a KeyAttribute| match attributes.get(&attribute.name) {
            None => Err(BadKey::Missing(&attribute.name)),
            Some(value) if value.kind() != attribute.kind => Err(BadKey::Type(attribute, value.kind())),
            Some(Value::Text(text)) if text.is_empty() => Err(BadKey::Empty(&attribute.name)),
            Some(value) => Ok(value.clone()),
        };
        Ok((value(&self.partition)?, self.sort.as_ref().map(value).transpose()?))
    }
}

/// What is wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadKey<'a> {
    /// An attribute is not there.
    Missing(&'a str),
    /// An attribute has this type instead of its own.
    Type(&'a KeyAttribute, &'static str),
    /// An attribute is an empty text.
    Empty(&'a str),
}

/// Every table.
#[derive(Debug, Clone)]
pub struct Tables {
    lease: Table,
    regional: PerRegion<BTreeMap<String, Table>>,
    /// Whether the witness of the global table votes.
    pub witness: bool,
}

impl Tables {
    /// The global table, without items.
    pub fn new(start: Timestamp) -> Self {
        let partition = KeyAttribute { name: LEASE_KEY.to_owned(), kind: "S".to_owned() };
        let created = start - SignedDuration::from_hours(200 * 24);
        let lease = Table { global: true, ..Table::new(LEASE_TABLE, partition, None, created) };
        Self { lease, regional: PerRegion::default(), witness: true }
    }

    /// The table that a region knows by a name.
    pub fn find(&self, region: Region, name: &str) -> Option<&Table> {
        let global = (name == LEASE_TABLE && REPLICAS.contains(&region)).then_some(&self.lease);
        global.or_else(|| self.regional[region].get(name))
    }

    /// The same, to be changed.
    pub fn find_mut(&mut self, region: Region, name: &str) -> Option<&mut Table> {
        if name == LEASE_TABLE && REPLICAS.contains(&region) {
            return Some(&mut self.lease);
        }
        self.regional[region].get_mut(name)
    }

    /// The names of a region's tables, in order.
    pub fn names(&self, region: Region) -> Vec<&str> {
        let global = REPLICAS.contains(&region).then_some(LEASE_TABLE);
        let mut names: Vec<&str> = self.regional[region].keys().map(String::as_str).chain(global).collect();
        names.sort_unstable();
        names
    }

    /// Adds a table to a region.
    pub fn add(&mut self, region: Region, table: Table) {
        self.regional[region].insert(table.name.clone(), table);
    }

    /// Removes a region's own table, and returns it.
    pub fn remove(&mut self, region: Region, name: &str) -> Option<Table> {
        self.regional[region].remove(name)
    }

    /// Whether the replica in a region can agree with another one or with the witness.
    pub fn has_quorum(&self, region: Region, power: &PerRegion<bool>) -> bool {
        let votes = REPLICAS.into_iter().filter(|replica| power[*replica]).count() + usize::from(self.witness);
        power[region] && votes >= 2
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_global_table_is_known_in_its_regions_alone_and_goes_on_with_two_of_three() {
        let mut tables = Tables::new("2026-11-22T12:00:00Z".parse().unwrap());
        let known = Region::ALL.map(|region| tables.find(region, LEASE_TABLE).is_some());
        assert_eq!(known, [true, true, false]);
        let (east, west) = (Region::UsEast1, Region::UsWest2);
        for (powered, witness, quorum) in [
            ([true, true, true], true, [true, true]),
            ([false, true, true], true, [false, true]),
            ([true, true, true], false, [true, true]),
            ([false, true, true], false, [false, false]),
            ([false, false, true], true, [false, false]),
        ] {
            tables.witness = witness;
            let found = [east, west].map(|region| tables.has_quorum(region, &PerRegion(powered)));
            assert_eq!(found, quorum, "{powered:?} {witness}");
        }
    }
}
