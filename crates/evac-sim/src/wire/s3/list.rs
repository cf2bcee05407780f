//! What is in a bucket: objects, or all versions of them, in pages.

use super::{Call, Document, Reply, ServiceError, not_implemented, written};
use crate::world::{
    World,
    objects::{Bucket, Content, Version},
};

/// What both lists are asked for with.
struct Question {
    prefix: String,
    delimiter: Option<String>,
    most: usize,
    encode: bool,
}

/// What a key comes to in a list.
enum Place {
    /// Not shown.
    Hidden,
    /// As itself.
    Key,
    /// In a folder.
    Folder(String),
}

impl Question {
    fn of(call: &Call<'_>) -> Result<Self, ServiceError> {
        let parameter = |name: &str| call.parameter(name).filter(|text| !text.is_empty());
        let most = match call.parameter("max-keys").map(|text| text.parse::<usize>()) {
            None => 1000,
            Some(Ok(most)) => most.min(1000),
            Some(Err(_)) => return Err(invalid("Provided max-keys is not an integer")),
        };
        Ok(Self {
            prefix: parameter("prefix").unwrap_or_default(),
            delimiter: parameter("delimiter"),
            most,
            encode: call.parameter("encoding-type").as_deref() == Some("url"),
        })
    }

    fn place(&self, key: &str) -> Place {
        let Some(rest) = key.strip_prefix(&self.prefix) else { return Place::Hidden };
        let delimiter = self.delimiter.as_deref();
        match delimiter.and_then(|delimiter| rest.find(delimiter).map(|at| at + delimiter.len())) {
            Some(end) => Place::Folder(format!("{}{}", self.prefix, &rest[..end])),
            None => Place::Key,
        }
    }

    fn shown(&self, text: &str) -> Document {
        if self.encode { encoded(text).into() } else { text.into() }
    }

    /// What both answers begin with.
    fn document(&self, bucket: &Bucket, truncated: bool) -> Document {
        Document::of([
            ("Name", bucket.name.as_str().into()),
            ("Prefix", self.shown(&self.prefix)),
            ("MaxKeys", (self.most as i64).into()),
            ("IsTruncated", truncated.into()),
        ])
        .with_optional("Delimiter", self.delimiter.as_deref().map(|delimiter| self.shown(delimiter)))
        .with_optional("EncodingType", self.encode.then_some("url"))
    }

    fn folders(&self, folders: &[String]) -> Document {
        Document::Flat(folders.iter().map(|folder| Document::of([("Prefix", self.shown(folder))])).collect())
    }
}

fn invalid(message: &str) -> ServiceError {
    ServiceError::sender("InvalidArgument", message)
}

/// Answers ListObjectsV2.
pub fn objects(world: &World, call: &Call<'_>, bucket: &Bucket) -> Result<Reply, ServiceError> {
    if call.parameter("list-type").as_deref() != Some("2") {
        return Err(not_implemented("ListObjects (version 1)"));
    }
    let question = Question::of(call)?;
    let parameter = |name: &str| call.parameter(name).filter(|text| !text.is_empty());
    let (token, start) = (parameter("continuation-token"), parameter("start-after"));
    let after = token.as_deref().map(name_of).transpose()?.or_else(|| start.clone()).unwrap_or_default();
    let (mut keys, mut folders, mut last, mut truncated) = (Vec::new(), Vec::new(), String::new(), false);
    for (key, mut versions) in bucket.keys() {
        let Some(version) = versions.next() else { continue };
        let Some(content) = &version.content else { continue };
        let place = question.place(key);
        let name = match &place {
            Place::Hidden => continue,
            Place::Key => key,
            Place::Folder(folder) => folder,
        };
        if name <= after.as_str() || (name == last && matches!(place, Place::Folder(_))) {
            continue;
        }
        if keys.len() + folders.len() >= question.most {
            truncated = question.most > 0;
            break;
        }
        last = name.to_owned();
        match place {
            Place::Folder(folder) => folders.push(folder),
            _ => keys.push(entry(&question, key, version, Some(content))),
        }
    }
    let count = (keys.len() + folders.len()) as i64;
    let document = question
        .document(bucket, truncated)
        .with("KeyCount", count)
        .with("Contents", Document::Flat(keys))
        .with("CommonPrefixes", question.folders(&folders))
        .with_optional("StartAfter", start.as_deref().map(|start| question.shown(start)))
        .with_optional("ContinuationToken", token)
        .with_optional("NextContinuationToken", truncated.then(|| token_of(&last)));
    Ok(written(world, call, "ListBucketResult", document))
}

/// Answers ListObjectVersions: the newest version of each key first.
pub fn versions(world: &World, call: &Call<'_>, bucket: &Bucket) -> Result<Reply, ServiceError> {
    let question = Question::of(call)?;
    let parameter = |name: &str| call.parameter(name).filter(|text| !text.is_empty());
    let (after, after_version) = (parameter("key-marker"), parameter("version-id-marker"));
    let marker = after.as_deref().unwrap_or_default();
    let (mut objects, mut markers, mut folders) = (Vec::new(), Vec::new(), Vec::<String>::new());
    // The last key or folder on the page, with the version.
    let (mut last, mut truncated) = ((String::new(), None), false);
    'keys: for (key, versions) in bucket.keys() {
        let full = |folders: &[String], objects: &[Document], markers: &[Document]| {
            objects.len() + markers.len() + folders.len() >= question.most
        };
        match question.place(key) {
            Place::Hidden => {}
            Place::Folder(folder) => {
                if folder.as_str() <= marker || folders.last() == Some(&folder) {
                    continue;
                }
                if full(&folders, &objects, &markers) {
                    truncated = question.most > 0;
                    break;
                }
                last = (folder.clone(), None);
                folders.push(folder);
            }
            Place::Key if key < marker || (key == marker && after_version.is_none()) => {}
            Place::Key => {
                let mut skipping = after_version.as_deref().filter(|_| key == marker);
                for (place, version) in versions.enumerate() {
                    if let Some(wanted) = skipping {
                        skipping = (version.id != wanted).then_some(wanted);
                        continue;
                    }
                    if full(&folders, &objects, &markers) {
                        truncated = question.most > 0;
                        break 'keys;
                    }
                    let content = version.content.as_ref();
                    let document = entry(&question, key, version, content)
                        .with("VersionId", version.id.as_str())
                        .with("IsLatest", place == 0);
                    if content.is_some() {
                        objects.push(document)
                    } else {
                        markers.push(document)
                    }
                    last = (key.to_owned(), Some(version.id.clone()));
                }
            }
        }
    }
    let (next, next_version) = if truncated { (Some(question.shown(&last.0)), last.1) } else { (None, None) };
    let document = question
        .document(bucket, truncated)
        .with("KeyMarker", question.shown(marker))
        .with("VersionIdMarker", after_version.unwrap_or_default())
        .with("Version", Document::Flat(objects))
        .with("DeleteMarker", Document::Flat(markers))
        .with("CommonPrefixes", question.folders(&folders))
        .with_optional("NextKeyMarker", next)
        .with_optional("NextVersionIdMarker", next_version);
    Ok(written(world, call, "ListVersionsResult", document))
}

fn entry(question: &Question, key: &str, version: &Version, content: Option<&Content>) -> Document {
    let document = Document::of([("Key", question.shown(key)), ("LastModified", version.modified.into())]);
    match content {
        None => document,
        Some(content) => document
            .with("ETag", format!("\"{}\"", content.tag))
            .with("Size", content.body.len() as i64)
            .with("StorageClass", "STANDARD"),
    }
}

/// The token of the page that follows a name: one that clients cannot read, and that stays right when keys come and
/// go between pages.
fn token_of(name: &str) -> String {
    name.bytes().fold("evac-".to_owned(), |token, byte| format!("{token}{byte:02x}"))
}

fn name_of(token: &str) -> Result<String, ServiceError> {
    let wrong = || invalid("The continuation token provided is incorrect");
    let digits = token.strip_prefix("evac-").ok_or_else(wrong)?;
    let bytes: Option<Vec<u8>> =
        digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)
}

/// A key as `encoding-type=url` wants it: what XML could not hold, or a client might misread, in percent signs.
fn encoded(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_token_gives_back_its_name_and_nothing_else_is_one() {
        assert_eq!(name_of(&token_of("a/ü b")).unwrap(), "a/ü b");
        for wrong in ["mine", "evac-zz", "evac-ff"] {
            assert!(name_of(wrong).is_err(), "{wrong}");
        }
    }
}
