//! Documents as XML, for awsQuery and restXml.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use super::document::Document;

/// A whole XML text with `root` as its outermost element. Members of the document are its children.
pub fn write(root: &str, namespace: Option<&str>, document: &Document) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    // Writing to a vector cannot fail; an error would leave a document that is cut short.
    let _ = whole(&mut writer, root, namespace, document);
    writer.into_inner()
}

fn whole(writer: &mut Writer<Vec<u8>>, root: &str, namespace: Option<&str>, document: &Document) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut start = BytesStart::new(root);
    if let Some(namespace) = namespace {
        start.push_attribute(("xmlns", namespace));
    }
    writer.write_event(Event::Start(start))?;
    content(writer, document)?;
    writer.write_event(Event::End(BytesEnd::new(root)))
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, document: &Document) -> io::Result<()> {
    if let Document::Flat(items) = document {
        return items.iter().try_for_each(|item| element(writer, name, item));
    }
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    content(writer, document)?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}

fn content(writer: &mut Writer<Vec<u8>>, document: &Document) -> io::Result<()> {
    let text = match document {
        Document::Structure(members) => {
            return members.iter().try_for_each(|(name, value)| element(writer, name, value));
        }
        Document::List { item, items } => return items.iter().try_for_each(|value| element(writer, item, value)),
        // A flat list has no element of its own, so there is nothing to put its items into.
        Document::Flat(_) => return Ok(()),
        Document::Text(text) => text.clone(),
        Document::Integer(number) => number.to_string(),
        Document::Double(number) => number.to_string(),
        Document::Boolean(flag) => flag.to_string(),
        Document::Time(time) => format!("{time:.3}"),
    };
    writer.write_event(Event::Text(BytesText::new(&text)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn lists_booleans_and_times_are_written_as_the_services_do() {
        let document = Document::EMPTY
            .with("Named", Document::list("Item", ["a&b".into()]))
            .with("Flat", Document::Flat(vec![1.into(), 2.into()]))
            .with("Yes", true)
            .with("At", "2026-11-22T12:00:00.5Z".parse::<jiff::Timestamp>().unwrap());
        let text = String::from_utf8(write("Root", Some("urn:x"), &document)).unwrap();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Root xmlns=\"urn:x\"><Named><Item>a&amp;b</Item></Named>\
                        <Flat>1</Flat><Flat>2</Flat><Yes>true</Yes><At>2026-11-22T12:00:00.500Z</At></Root>";
        assert_eq!(text, expected);
    }
}
