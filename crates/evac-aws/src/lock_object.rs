//! The lock object of a Terraform state that is kept in S3: `KEY.tflock`, made with `If-None-Match: *`, with
//! Terraform's lock information as JSON in it.

use aws_sdk_s3::Client;
use evac_core::{SourceError, SourceErrorKind, ids::BucketName, reading::TerraformLock, text};
use serde::Deserialize;

use crate::{
    error::{malformed, source_error},
    source_clock::DateReader,
};

const OPERATION: &str = "s3:GetObject";
/// More than any lock's content: Terraform's is a few hundred bytes.
const MOST: usize = 64 << 10;

/// A lock object, and what tells this writing of it from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockObject {
    pub(crate) lock: TerraformLock,
    pub(crate) tag: String,
}

/// Reads a lock object; `None` when there is none. A lock whose content is no lock information is a lock all the
/// same, with an id that nobody has.
pub(crate) async fn lock_object(
    client: &Client,
    bucket: &BucketName,
    key: &str,
    dates: Option<DateReader>,
) -> Result<Option<LockObject>, SourceError> {
    let mut request = client.get_object().bucket(bucket.as_str()).key(key).customize();
    if let Some(dates) = dates {
        request = request.interceptor(dates);
    }
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => return Ok(None),
        Err(error) => return Err(source_error(OPERATION, &error)),
    };
    let tag = tagged(OPERATION, answer.e_tag())?;
    let bytes = read(OPERATION, answer.body, MOST).await?;
    Ok(Some(LockObject { lock: lock(&bytes), tag }))
}

/// The entity tag, without which an answer is not S3's: whatever stands between could say that anything exists.
pub(crate) fn tagged(operation: &str, tag: Option<&str>) -> Result<String, SourceError> {
    tag.map(str::to_owned).ok_or_else(|| malformed(operation, "ETag", "missing"))
}

/// The whole body of an object, if it is no longer than this.
pub(crate) async fn read(
    operation: &str,
    mut body: aws_sdk_s3::primitives::ByteStream,
    most: usize,
) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            let words = format!("{operation}: the answer broke off: {}", evac_engine::root_cause(&error));
            SourceError::new(SourceErrorKind::Unreachable, words)
        })?;
        if bytes.len() + chunk.len() > most {
            return Err(malformed(operation, "Body", format_args!("longer than {most} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Terraform's lock information, as far as it is looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Information {
    #[serde(rename = "ID")]
    id: String,
    operation: String,
    who: String,
    created: String,
}

fn lock(bytes: &[u8]) -> TerraformLock {
    let information: Information = serde_json::from_slice(bytes).unwrap_or_default();
    let known = |text: &str| match text::clean(text) {
        text if text.is_empty() => "unknown".to_owned(),
        text => text,
    };
    TerraformLock {
        id: text::clean(&information.id),
        operation: known(&information.operation),
        who: known(&information.who),
        created: information.created.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_read_and_one_without_sense_is_nobodys() {
        let text = r#"{"ID":"4f0c","Operation":"OperationTypeApply","Info":"","Who":"ada@build\u001b[2J",
            "Version":"1.11.0","Created":"2026-03-04T05:06:07.123456Z","Path":"bucket/key"}"#;
        let read = lock(text.as_bytes());
        assert_eq!((read.id.as_str(), read.operation.as_str()), ("4f0c", "OperationTypeApply"));
        assert!(read.who.starts_with("ada@build") && !read.who.contains('\u{1b}'));
        assert_eq!(read.created.map(|at| at.as_second()), Some(1_772_600_767));
        assert_eq!(lock(b"no json").id, "");
    }
}
