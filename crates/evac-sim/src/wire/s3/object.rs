//! Objects: written here, copied by replication, read everywhere.

use http::Method;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::{
    Call, Reply, ServiceError,
    chunked::{self, Chunked},
    method_not_allowed, not_implemented,
};
use crate::world::{
    World,
    noise::stream,
    objects::{LARGEST_BODY, Object},
};

pub fn answer(world: &mut World, call: &Call<'_>, key: &str) -> Result<Reply, ServiceError> {
    if let Some(other) = ["acl", "tagging", "uploads", "uploadId", "retention", "legal-hold", "attributes"]
        .into_iter()
        .find(|name| call.parameter(name).is_some())
    {
        return Err(not_implemented(&format!("{} ?{other}", call.method)));
    }
    match *call.method {
        Method::PUT => put(world, call, key),
        Method::GET => read(world, call, key, true),
        Method::HEAD => read(world, call, key, false),
        Method::DELETE => {
            world.objects.remove(key);
            let mut reply = Reply::new(204, "application/xml", Vec::new());
            reply.headers.clear();
            Ok(reply.with("x-amz-delete-marker", "true"))
        }
        _ => Err(method_not_allowed()),
    }
}

fn put(world: &mut World, call: &Call<'_>, key: &str) -> Result<Reply, ServiceError> {
    if call.headers.contains_key("x-amz-copy-source") {
        return Err(not_implemented("CopyObject"));
    }
    let held = world.objects.get(call.region, key, &world.replication).map(|(object, _)| object.tag.clone());
    let refused = |condition: &str| ServiceError {
        code: "PreconditionFailed",
        message: format!("At least one of the pre-conditions you specified did not hold: {condition}"),
        status: 412,
    };
    if call.header("if-none-match") == Some("*") && held.is_some() {
        return Err(refused("If-None-Match"));
    }
    if let Some(wanted) = call.header("if-match")
        && held.as_deref() != Some(wanted.trim_matches('"'))
    {
        return Err(refused("If-Match"));
    }
    let Chunked { body, trailer } = content(call)?;
    if body.len() > LARGEST_BODY {
        let text = "Your proposed upload exceeds the maximum allowed size";
        return Err(ServiceError::sender("EntityTooLarge", text));
    }
    let headers = || call.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let checksum = headers()
        .map(owned)
        .chain(trailer)
        .find(|(name, _)| name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-algorithm");
    let metadata = headers().filter(|(name, _)| name.starts_with("x-amz-meta-")).map(owned).collect();
    let now = world.now();
    let chance = world.noise.unit(stream(key), world.tick);
    let failed = world.replication.links.iter().any(|link| link.source == call.region && chance < link.failing);
    let object = Object {
        body,
        content_type: call.header("content-type").unwrap_or("binary/octet-stream").to_owned(),
        checksum: checksum.clone(),
        metadata,
        modified: now,
        version: String::new(),
        tag: String::new(),
        origin: call.region,
        failed,
    };
    let (version, tag) = world.objects.write(call.region, key, object);
    let mut reply = Reply::new(200, "text/plain", Vec::new());
    reply.headers.clear();
    reply.own_headers.extend(checksum);
    Ok(reply
        .with("etag", format!("\"{tag}\""))
        .with("x-amz-version-id", version)
        .with("x-amz-server-side-encryption", "AES256"))
}

/// The content of a request and the headers that follow it.
fn content(call: &Call<'_>) -> Result<Chunked, ServiceError> {
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

fn read(world: &World, call: &Call<'_>, key: &str, whole: bool) -> Result<Reply, ServiceError> {
    let found = world.objects.get(call.region, key, &world.replication);
    let (object, status) =
        found.ok_or_else(|| ServiceError::not_found("NoSuchKey", "The specified key does not exist."))?;
    if call.parameter("versionId").is_some_and(|wanted| wanted != object.version) {
        return Err(ServiceError::not_found("NoSuchVersion", "The specified version does not exist."));
    }
    let modified = DateTimePrinter::new().timestamp_to_rfc9110_string(&object.modified).unwrap_or_default();
    let body = if whole { object.body.clone() } else { Vec::new() };
    let mut reply = Reply::new(200, &object.content_type, body)
        .with("content-length", object.body.len().to_string())
        .with("accept-ranges", "bytes")
        .with("last-modified", modified)
        .with("etag", format!("\"{}\"", object.tag))
        .with("x-amz-version-id", object.version.as_str())
        .with("x-amz-replication-status", status.name())
        .with("x-amz-server-side-encryption", "AES256");
    if call.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled")) {
        reply.own_headers.extend(object.checksum.clone());
    }
    reply.own_headers.extend(object.metadata.clone());
    Ok(reply)
}
