//! Writes: an object from a request's body, or a copy of one that is there.

use aws_smithy_types::base64;
use md5::{Digest as _, Md5};

use super::{
    Call, Document, Reply, ServiceError,
    chunked::{self, Chunked},
    conditions, decoded, empty, lock, no_such_bucket, no_such_key, no_such_version, written,
};
use crate::{
    topology::Region,
    world::{
        World,
        noise::stream,
        objects::{Content, LARGEST_BODY, Version},
    },
};

/// Answers PutObject and CopyObject.
pub fn answer(world: &mut World, call: &Call<'_>, name: &str, key: &str) -> Result<Reply, ServiceError> {
    if call.header("x-amz-copy-source").is_some() { copy(world, call, name, key) } else { put(world, call, name, key) }
}

fn put(world: &mut World, call: &Call<'_>, name: &str, key: &str) -> Result<Reply, ServiceError> {
    conditions::check_write(world, call, name, key)?;
    let Chunked { body, trailer } = received(call)?;
    if body.len() > LARGEST_BODY {
        let text = "Your proposed upload exceeds the maximum allowed size";
        return Err(ServiceError::sender("EntityTooLarge", text));
    }
    check_digest(call, &body)?;
    let checksum = headers(call)
        .chain(trailer)
        .find(|(name, _)| name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-algorithm");
    let has_checksum = checksum.is_some() || call.header("content-md5").is_some();
    let bucket = world.objects.bucket(name).ok_or_else(no_such_bucket)?;
    let content = Content {
        checksum: checksum.clone(),
        metadata: metadata(call),
        lock: lock::of_write(call, bucket, world.now(), has_checksum)?,
        ..Content::new(body, call.header("content-type").unwrap_or("binary/octet-stream"))
    };
    let tag = format!("\"{}\"", content.tag);
    let version = write(world, call.region, name, key, content)?;
    let mut reply = empty(200);
    reply.own_headers.extend(checksum);
    Ok(reply.with("etag", tag).with("x-amz-version-id", version.id).with("x-amz-server-side-encryption", "AES256"))
}

fn copy(world: &mut World, call: &Call<'_>, name: &str, key: &str) -> Result<Reply, ServiceError> {
    conditions::check_write(world, call, name, key)?;
    let source = call.header("x-amz-copy-source").unwrap_or_default();
    let (path, id) = source.split_once("?versionId=").map_or((source, None), |(path, id)| (path, Some(id)));
    let path = decoded(path.trim_start_matches('/'));
    let (from, from_key) = path
        .split_once('/')
        .ok_or_else(|| ServiceError::sender("InvalidArgument", "Invalid copy source object key"))?;
    let bucket = world.objects.bucket(from).ok_or_else(no_such_bucket)?;
    let version = match id {
        Some(id) => bucket.version(from_key, id).ok_or_else(no_such_version)?,
        None => bucket.newest(from_key).ok_or_else(no_such_key)?,
    };
    let (source_id, mut content) = (version.id.clone(), version.content.clone().ok_or_else(no_such_key)?);
    if call.header("x-amz-metadata-directive") == Some("REPLACE") {
        content.metadata = metadata(call);
        content.content_type = call.header("content-type").unwrap_or("binary/octet-stream").to_owned();
    }
    let target = world.objects.bucket(name).ok_or_else(no_such_bucket)?;
    // What is copied has been received and checked before, so that no checksum is asked for.
    content.lock = lock::of_write(call, target, world.now(), true)?;
    let tag = format!("\"{}\"", content.tag);
    let version = write(world, call.region, name, key, content)?;
    let document = Document::of([("LastModified", version.modified.into()), ("ETag", tag.into())]);
    let reply = written(world, call, "CopyObjectResult", document);
    Ok(reply.with("x-amz-version-id", version.id).with("x-amz-copy-source-version-id", source_id))
}

fn write(world: &mut World, home: Region, name: &str, key: &str, content: Content) -> Result<Version, ServiceError> {
    let (now, chance) = (world.now(), world.noise.unit(stream(key), world.tick));
    let failing: Vec<Region> = world
        .replication
        .links
        .iter()
        .filter(|link| link.source == home && chance < link.failing)
        .map(|link| link.destination)
        .collect();
    world.objects.write(name, key, content, now, &failing).ok_or_else(no_such_bucket)
}

fn headers<'a>(call: &Call<'a>) -> impl Iterator<Item = (String, String)> + use<'a> {
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    call.headers.iter().filter_map(text)
}

fn metadata(call: &Call<'_>) -> Vec<(String, String)> {
    headers(call).filter(|(name, _)| name.starts_with("x-amz-meta-")).collect()
}

/// Checks the digest that the client gave of a body.
fn check_digest(call: &Call<'_>, body: &[u8]) -> Result<(), ServiceError> {
    let Some(given) = call.header("content-md5") else { return Ok(()) };
    match base64::decode(given) {
        Ok(digest) if digest == Md5::digest(body).as_slice() => Ok(()),
        Ok(digest) if digest.len() == Md5::output_size() => {
            let message = "The Content-MD5 you specified did not match what we received.";
            Err(ServiceError::sender("BadDigest", message))
        }
        _ => Err(ServiceError::sender("InvalidDigest", "The Content-MD5 you specified was invalid")),
    }
}

/// The content of a request and the headers that follow it.
fn received(call: &Call<'_>) -> Result<Chunked, ServiceError> {
    let encoded = call.header("content-encoding").is_some_and(|encoding| encoding.contains("aws-chunked"));
    let streamed = call.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
    if !encoded && !streamed {
        return Ok(Chunked { body: call.body.to_vec(), trailer: Vec::new() });
    }
    let incomplete = || ServiceError::sender("IncompleteBody", "The request body terminated unexpectedly");
    let decoded = chunked::decode(call.body).ok_or_else(incomplete)?;
    let declared = call.header("x-amz-decoded-content-length").and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|declared| declared != decoded.body.len()) {
        return Err(incomplete());
    }
    Ok(decoded)
}
