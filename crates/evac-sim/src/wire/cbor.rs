//! Documents as CBOR, for rpc-v2-cbor, which the Rust SDK and newer botocores speak to CloudWatch.

use aws_smithy_cbor::{Decoder, Encoder, data::Type, decode::DeserializeError};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::document::Document;

/// How deep a request may be: nothing that is served comes near.
const DEEPEST: usize = 32;

/// The CBOR of a document.
pub fn write(document: &Document) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encode(&mut encoder, document);
    encoder.into_writer()
}

fn encode(encoder: &mut Encoder, document: &Document) {
    match document {
        // AWS writes indefinite lengths; a parser that takes them takes definite ones as well.
        Document::Structure(members) => {
            encoder.begin_map();
            for (name, value) in members {
                encoder.str(name);
                encode(encoder, value);
            }
            encoder.end();
        }
        Document::List { items, .. } | Document::Flat(items) => {
            encoder.begin_array();
            items.iter().for_each(|item| encode(encoder, item));
            encoder.end();
        }
        Document::Text(text) => {
            encoder.str(text);
        }
        Document::Integer(number) => {
            encoder.long(*number);
        }
        Document::Double(number) => {
            encoder.double(*number);
        }
        Document::Boolean(flag) => {
            encoder.boolean(*flag);
        }
        Document::Time(time) => {
            encoder.timestamp(&DateTime::from_millis(time.as_millisecond()));
        }
    }
}

/// The document of a CBOR text; an empty text is an empty structure.
pub fn read(body: &[u8]) -> Result<Document, String> {
    if body.is_empty() {
        return Ok(Document::EMPTY);
    }
    decode(&mut Decoder::new(body), DEEPEST).map_err(|error| error.to_string())
}

fn decode(decoder: &mut Decoder<'_>, depth: usize) -> Result<Document, DeserializeError> {
    let too_deep = DeserializeError::custom("the document is too deep", decoder.position());
    let deeper = depth.checked_sub(1).ok_or(too_deep)?;
    Ok(match decoder.datatype()? {
        Type::Map | Type::MapIndef => {
            let mut members = Vec::new();
            let length = decoder.map()?;
            let mut read = 0;
            while more(decoder, length, read)? {
                read += 1;
                let name = decoder.str()?.into_owned();
                if decoder.datatype()? == Type::Null {
                    decoder.null()?;
                    continue;
                }
                members.push((name.into(), decode(decoder, deeper)?));
            }
            Document::Structure(members)
        }
        Type::Array | Type::ArrayIndef => {
            let mut items = Vec::new();
            let length = decoder.list()?;
            while more(decoder, length, items.len() as u64)? {
                items.push(decode(decoder, deeper)?);
            }
            Document::members(items)
        }
        Type::String | Type::StringIndef => Document::Text(decoder.str()?.into_owned()),
        Type::Bool => Document::Boolean(decoder.boolean()?),
        Type::F16 | Type::F32 | Type::F64 => Document::Double(decoder.double()?),
        Type::Tag => {
            let time = decoder.timestamp()?;
            let milliseconds = time.to_millis().unwrap_or_default();
            Document::Time(Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH))
        }
        Type::Null | Type::Undefined => {
            decoder.skip()?;
            Document::Text(String::new())
        }
        Type::Bytes | Type::BytesIndef => {
            let blob = decoder.blob()?;
            Document::Text(String::from_utf8_lossy(blob.as_ref()).into_owned())
        }
        _ => Document::Integer(decoder.long()?),
    })
}

/// Whether a list or map has another item. The end of an indefinite one is eaten.
fn more(decoder: &mut Decoder<'_>, length: Option<u64>, read: u64) -> Result<bool, DeserializeError> {
    match length {
        Some(length) => Ok(read < length),
        None if decoder.datatype()? == Type::Break => {
            decoder.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let document = Document::EMPTY
            .with("Text", "a")
            .with("List", Document::members([1.5.into(), true.into(), 7.into()]))
            .with("At", "2026-11-22T12:00:00.5Z".parse::<Timestamp>().unwrap())
            .with("Inner", Document::EMPTY);
        assert_eq!(read(&write(&document)).unwrap(), document);
    }

    #[test]
    fn broken_and_deep_texts_are_refused() {
        assert!(read(&[0xbf, 0x61]).is_err());
        assert!(read(&[0x9f; 200]).is_err());
        // A definite map whose member is null, which is left out.
        assert_eq!(read(&[0xa1, 0x61, b'a', 0xf6]).unwrap(), Document::EMPTY);
    }
}
