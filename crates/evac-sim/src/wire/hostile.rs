//! Answers that are well-formed and wrong: members missing, of another type, huge, or full of characters that no
//! terminal should be given.

use serde_json::Value;

use super::Document;
use crate::world::noise::mix;

/// Text that would move the cursor, change the window's title, turn the line around or hide. The C0 controls are
/// left out where XML cannot hold them.
const HOSTILE_XML: &str = "\u{9b}31m\u{202e}live\u{2066}\u{200b}\u{feff}\u{85}\n\t<&>";
/// The same with C0 controls, for JSON and CBOR.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}live\u{2066}\u{200b}\u{0}\r\n";
/// How long a huge text is.
const HUGE: usize = 100_000;

/// The document with something wrong in every third place or so; what, depends on the place and on `tick`.
/// `xml` says that the document will be XML, which cannot hold the C0 controls.
pub fn mangle(document: Document, tick: i64, xml: bool) -> Document {
    // It changes every 20 s, so that a client meets every kind in time.
    let hostile = if xml { HOSTILE_XML } else { HOSTILE };
    mangled(document, mix((tick / 20).cast_unsigned()), 0, hostile)
}

fn mangled(document: Document, place: u64, depth: u32, hostile: &str) -> Document {
    match document {
        Document::Structure(members) => {
            let mut kept = Vec::with_capacity(members.len());
            for (number, (name, value)) in members.into_iter().enumerate() {
                let inner = mix(place ^ (number as u64 + 1));
                // The outermost structure keeps its members, so that the answer still looks like one.
                if depth > 0 && inner.is_multiple_of(9) {
                    continue;
                }
                kept.push((name, mangled(value, inner, depth + 1, hostile)));
            }
            Document::Structure(kept)
        }
        Document::List { item, items } => Document::List { item, items: mangled_items(items, place, depth, hostile) },
        Document::Flat(items) => Document::Flat(mangled_items(items, place, depth, hostile)),
        Document::Text(text) => Document::Text(match place % 8 {
            0 => format!("{text}{hostile}"),
            1 => hostile.to_owned(),
            2 => "x".repeat(HUGE),
            3 => String::new(),
            _ => text,
        }),
        Document::Integer(number) => match place % 5 {
            0 => Document::Text("not a number".to_owned()),
            1 => Document::Integer(i64::MAX),
            2 => Document::Integer(-number - 1),
            _ => Document::Integer(number),
        },
        Document::Double(number) => match place % 6 {
            0 => Document::Text("NaN?".to_owned()),
            1 => Document::Double(f64::MAX),
            2 => Document::Double(-number),
            _ => Document::Double(number),
        },
        Document::Boolean(flag) => match place % 3 {
            0 => Document::Text("perhaps".to_owned()),
            1 => Document::Boolean(!flag),
            _ => Document::Boolean(flag),
        },
        Document::Time(time) => match place % 4 {
            0 => Document::Text("yesterday".to_owned()),
            1 => Document::Time(jiff::Timestamp::UNIX_EPOCH),
            _ => Document::Time(time),
        },
    }
}

fn mangled_items(items: Vec<Document>, place: u64, depth: u32, hostile: &str) -> Vec<Document> {
    let numbered = items.into_iter().enumerate();
    numbered.map(|(number, item)| mangled(item, mix(place ^ ((number as u64 + 1) << 8)), depth + 1, hostile)).collect()
}

/// A JSON text made wrong in the same spirit. `kind`, `apiVersion` and `items` stay, so that the answer is still
/// taken for what it was.
pub fn mangle_json(body: &[u8], tick: i64) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    mangle_value(&mut value, mix((tick / 20).cast_unsigned()));
    serde_json::to_vec(&value).ok()
}

fn mangle_value(value: &mut Value, place: u64) {
    match value {
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            for (number, name) in names.iter().enumerate() {
                let inner = mix(place ^ (number as u64 + 1));
                let kept = matches!(name.as_str(), "kind" | "apiVersion" | "items" | "resourceVersion");
                if !kept && inner.is_multiple_of(9) {
                    members.remove(name);
                } else if let Some(member) = members.get_mut(name).filter(|_| !kept || name == "items") {
                    mangle_value(member, inner);
                }
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter_mut().enumerate() {
                mangle_value(item, mix(place ^ ((number as u64 + 1) << 8)));
            }
        }
        Value::String(text) => match place % 8 {
            0 => text.push_str(HOSTILE),
            1 => HOSTILE.clone_into(text),
            2 => *text = "x".repeat(HUGE),
            3 => *value = Value::from(7),
            _ => {}
        },
        Value::Number(_) if place.is_multiple_of(3) => *value = Value::from("not a number"),
        Value::Bool(flag) if place.is_multiple_of(3) => *flag = !*flag,
        _ => {}
    }
}
