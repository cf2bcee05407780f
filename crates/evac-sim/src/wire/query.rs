//! Forms as documents, for awsQuery: `Filters.Filter.1.Name=x` becomes a list of structures.

use std::collections::BTreeMap;

use super::document::Document;

/// Parts of a name nest this deep at most; what is deeper is not read.
const DEEPEST: usize = 12;

#[derive(Default)]
struct Node {
    value: Option<String>,
    children: BTreeMap<String, Node>,
}

/// The action and the document of a form.
pub fn read(body: &[u8]) -> (String, Document) {
    let mut root = Node::default();
    let mut action = String::new();
    for (name, value) in form_urlencoded::parse(body) {
        match name.as_ref() {
            "Action" => action = value.into_owned(),
            "Version" => {}
            name => {
                let node = name
                    .split('.')
                    .take(DEEPEST)
                    .fold(&mut root, |node, part| node.children.entry(part.to_owned()).or_default());
                node.value = Some(value.into_owned());
            }
        }
    }
    (action, document(root))
}

fn document(node: Node) -> Document {
    if let Some(value) = node.value {
        return Document::Text(value);
    }
    let mut children = node.children;
    // A list is a run of numbers, and most lists have the name of their items above it.
    if children.len() == 1
        && let Some((_, only)) = children.first_key_value()
        && is_run(only)
        && let Some((_, run)) = children.pop_first()
    {
        return list(run);
    }
    let members = children.into_iter().map(|(name, child)| {
        let child = if is_run(&child) { list(child) } else { document(child) };
        (name.into(), child)
    });
    Document::Structure(members.collect())
}

fn is_run(node: &Node) -> bool {
    !node.children.is_empty() && node.children.keys().all(|name| name.parse::<u32>().is_ok())
}

fn list(run: Node) -> Document {
    let mut numbered: Vec<(u32, Node)> =
        run.children.into_iter().filter_map(|(name, node)| Some((name.parse().ok()?, node))).collect();
    numbered.sort_by_key(|(number, _)| *number);
    Document::members(numbered.into_iter().map(|(_, node)| document(node)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_names_become_lists() {
        let (action, form) = read(
            b"Action=DescribeEvents&Version=2014-10-31&Duration=60&EventCategories.EventCategory.1=failover\
              &Filters.Filter.2.Name=b&Filters.Filter.1.Name=a&Filters.Filter.1.Values.Value.1=x",
        );
        assert_eq!(action, "DescribeEvents");
        assert_eq!(form.integer("Duration"), Some(60));
        assert_eq!(form.texts("EventCategories"), ["failover"]);
        let names: Vec<_> = form.items("Filters").iter().filter_map(|filter| filter.text("Name")).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(form.items("Filters").first().map(|filter| filter.texts("Values")), Some(vec!["x"]));
    }
}
