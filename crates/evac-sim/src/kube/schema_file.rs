//! Reads the files in `schemas/`: kinds with their columns and field trees.
//!
//! A line that does not fit is left out rather than refused, since the files are compiled in; the tests below count
//! what must be there.

use std::collections::BTreeMap;

use super::{
    kinds::{Column, Kind, Resource},
    schema::{Field, Schema, Shape},
};

/// The kinds of one file.
pub fn kinds(file: &'static str) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    let mut tree: Vec<(usize, &'static str)> = Vec::new();
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&'static str> = line.split(' ').collect();
        match (words.as_slice(), kinds.last_mut()) {
            (["kind", kind, plural, group, version], _) => {
                finish(&mut kinds, &mut tree);
                kinds.push(Kind {
                    resource: Resource { group, plural },
                    version,
                    kind,
                    singular: kind.to_lowercase(),
                    short_names: Vec::new(),
                    namespaced: true,
                    has_status: false,
                    has_scale: false,
                    in_all: false,
                    selectable: &[],
                    schema: None,
                    columns: Vec::new(),
                });
            }
            (["short", short], Some(kind)) => kind.short_names.push(short),
            (["column", format, path, ..], Some(kind)) => {
                let name = line.splitn(4, ' ').nth(3).unwrap_or_default();
                kind.columns.push(Column { name, format, path });
            }
            _ => tree.push((line.len() - line.trim_start().len(), line.trim())),
        }
    }
    finish(&mut kinds, &mut tree);
    kinds
}

fn finish(kinds: &mut [Kind], tree: &mut Vec<(usize, &'static str)>) {
    if let Some(kind) = kinds.last_mut() {
        kind.schema = Some(Schema { fields: fields(tree) });
    }
    tree.clear();
}

/// The fields that stand at the indentation of the first line, each with the deeper lines under it.
fn fields(lines: &[(usize, &'static str)]) -> BTreeMap<&'static str, Field> {
    let mut found = BTreeMap::new();
    let Some((indent, _)) = lines.first() else { return found };
    let mut rest = lines;
    while let Some(((_, line), below)) = rest.split_first() {
        let own = below.iter().take_while(|(deeper, _)| deeper > indent).count();
        if let Some((name, description)) = line.split_once(": ") {
            found.insert(name, field(description, &below[..own]));
        }
        rest = &below[own..];
    }
    found
}

fn field(description: &'static str, below: &[(usize, &'static str)]) -> Field {
    let mut words = description.split(' ');
    let written = words.next().unwrap_or_default();
    let mut field = Field { shape: Shape::Any, ..Field::default() };
    let mut date_time = false;
    let mut open = false;
    for word in words {
        match word.split_once('=') {
            Some(("enum", values)) => field.allowed = values.split('|').collect(),
            Some(("default", value)) => field.default = Some(value),
            Some(("min", value)) => field.minimum = value.parse().ok(),
            _ => match word {
                "REQUIRED" => field.required = true,
                "nullable" => field.nullable = true,
                "date-time" => date_time = true,
                "preserveUnknown" => open = true,
                _ => {}
            },
        }
    }
    let children = fields(below);
    let object =
        |children: BTreeMap<_, _>| if open || children.is_empty() { Shape::Open } else { Shape::Object(children) };
    field.shape = match written {
        "string" if date_time => Shape::Time,
        "string" => Shape::Text,
        "integer" => Shape::Integer,
        "boolean" => Shape::Boolean,
        "object" => object(children),
        "array<object>" => Shape::List(Box::new(object(children))),
        "array<string>" => Shape::List(Box::new(Shape::Text)),
        "map<string>" => Shape::Map(Box::new(Shape::Text)),
        "map<integer>" => Shape::Map(Box::new(Shape::Integer)),
        "map<array>" => Shape::Map(Box::new(Shape::List(Box::new(Shape::Text)))),
        _ => Shape::Any,
    };
    field
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn reads_every_velero_kind_with_its_tree() {
        let kinds = kinds(include_str!("schemas/velero.txt"));
        assert_eq!(kinds.len(), 13);
        let schedule = kinds.iter().find(|kind| kind.kind == "Schedule").unwrap();
        assert_eq!(schedule.columns.len(), 5);
        let schema = schedule.schema.as_ref().unwrap();
        assert_eq!(schema.fields["status"].child("phase").unwrap().allowed, ["New", "Enabled", "FailedValidation"]);
        let template = schema.fields["spec"].child("template").unwrap();
        assert!(template.required);
        let hooks = template.child("hooks").unwrap().child("resources").unwrap();
        let Shape::List(item) = &hooks.shape else { panic!("{hooks:?}") };
        let Shape::Object(item) = item.as_ref() else { panic!("{item:?}") };
        assert!(item["name"].required);
    }

    #[test]
    fn reads_every_chaos_kind() {
        let kinds = kinds(include_str!("schemas/chaos_mesh.txt"));
        let names: Vec<&str> = kinds.iter().map(|kind| kind.kind).collect();
        assert_eq!(names, ["NetworkChaos", "PodChaos", "Schedule", "Workflow"]);
        let direction = kinds[0].schema.as_ref().unwrap().fields["spec"].child("direction").unwrap();
        assert_eq!((direction.default, direction.allowed.len()), (Some("to"), 3));
    }
}
