//! Bodies in protobuf: typed Go clients, and `kubectl create <kind>` with them, send nothing else.
//!
//! A body is an envelope of the kind and the encoded object. Which field is what stands in `schemas/protobuf.txt`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Map, Value};

/// A message's fields by number: the name in JSON and the type.
type Fields = BTreeMap<u64, (&'static str, &'static str)>;

static MESSAGES: LazyLock<BTreeMap<&'static str, Fields>> = LazyLock::new(|| {
    let mut messages: BTreeMap<&str, Fields> = BTreeMap::new();
    let mut current = "";
    for line in include_str!("../schemas/protobuf.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["message", name] => current = name,
            [number, name, kind] => {
                if let Ok(number) = number.parse() {
                    messages.entry(current).or_default().insert(number, (name, kind));
                }
            }
            _ => {}
        }
    }
    messages
});

/// One field as it lies in the bytes.
enum Raw<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The object in a body; `None` for what is not one, or is of a kind that is not known in this form.
pub fn decode(body: &[u8]) -> Option<Value> {
    let envelope = fields(body.strip_prefix(b"k8s\0")?)?;
    let bytes = |wanted: u64| {
        envelope.iter().find_map(|(number, raw)| match raw {
            Raw::Bytes(bytes) if *number == wanted => Some(*bytes),
            _ => None,
        })
    };
    let mut type_meta: BTreeMap<u64, String> = BTreeMap::new();
    for (number, raw) in fields(bytes(1)?)? {
        if let Raw::Bytes(text) = raw {
            type_meta.insert(number, String::from_utf8_lossy(text).into_owned());
        }
    }
    let kind = type_meta.remove(&2)?;
    let mut object = message(kind.as_str(), bytes(2).unwrap_or_default())?;
    object["apiVersion"] = type_meta.remove(&1)?.into();
    object["kind"] = kind.into();
    Some(object)
}

fn message(name: &str, bytes: &[u8]) -> Option<Value> {
    let known = MESSAGES.get(name)?;
    let mut object = Map::new();
    for (number, raw) in fields(bytes)? {
        let Some((name, kind)) = known.get(&number) else { continue };
        if let Some(item) = kind.strip_prefix('*') {
            let items = object.entry(*name).or_insert_with(|| Value::Array(Vec::new()));
            if let Some(items) = items.as_array_mut() {
                items.push(value(item, &raw)?);
            }
        } else if let Some(item) = kind.strip_prefix("map:") {
            let Raw::Bytes(entry) = raw else { return None };
            let (key, inner) = map_entry(item, entry)?;
            object.entry(*name).or_insert_with(|| Value::Object(Map::new()))[key] = inner;
        } else {
            let value = value(kind, &raw)?;
            // An empty text on the wire is a field that was not set.
            if value != "" {
                object.insert((*name).to_owned(), value);
            }
        }
    }
    Some(Value::Object(object))
}

fn map_entry(kind: &str, entry: &[u8]) -> Option<(String, Value)> {
    let mut key = String::new();
    let mut inner = Value::from("");
    for (number, raw) in fields(entry)? {
        match (number, &raw) {
            (1, Raw::Bytes(text)) => key = String::from_utf8_lossy(text).into_owned(),
            (2, raw) => inner = value(kind, raw)?,
            _ => {}
        }
    }
    Some((key, inner))
}

fn value(kind: &str, raw: &Raw) -> Option<Value> {
    Some(match (kind, raw) {
        ("integer", Raw::Number(number)) => (*number as i64).into(),
        ("boolean", Raw::Number(number)) => (*number != 0).into(),
        ("text", Raw::Bytes(text)) => String::from_utf8_lossy(text).into(),
        ("bytes", Raw::Bytes(bytes)) => base64(bytes).into(),
        // A quantity is a message of one text.
        ("Quantity", Raw::Bytes(bytes)) => match fields(bytes)?.first() {
            Some((1, Raw::Bytes(text))) => String::from_utf8_lossy(text).into(),
            _ => "0".into(),
        },
        (name, Raw::Bytes(bytes)) => message(name, bytes)?,
        _ => return None,
    })
}

fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Raw<'_>)>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let raw = match tag & 7 {
            0 => Raw::Number(varint(&mut bytes)?),
            1 => Raw::Bytes(split(&mut bytes, 8)?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                Raw::Bytes(split(&mut bytes, length)?)
            }
            5 => Raw::Bytes(split(&mut bytes, 4)?),
            _ => return None,
        };
        found.push((tag >> 3, raw));
    }
    Some(found)
}

fn split<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (first, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(first)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut written = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * place) & 63) as usize];
            written.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_a_namespace_in_its_envelope() {
        let body = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x08\x0a\x06\x0a\x04shop\x1a\0\x22\0";
        let expected = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}});
        assert_eq!(decode(body), Some(expected));
    }

    #[test]
    fn broken_bytes_are_no_object() {
        for broken in
            [&b""[..], b"k8s\0", b"k8s\0\x0a\xff", b"{}", b"k8s\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"]
        {
            assert_eq!(decode(broken), None);
        }
    }

    #[test]
    fn writes_base64() {
        let written: Vec<String> = [&b""[..], b"f", b"fo", b"foo", b"foob"].into_iter().map(base64).collect();
        assert_eq!(written, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
