//! Objects: read and deleted, by key or by version.

use http::Method;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::{
    Call, Reply, ServiceError, access_denied, conditions, empty, error_reply, lock, method_not_allowed, no_such_bucket,
    no_such_key, no_such_version, not_implemented, put,
};
use crate::world::{
    World,
    objects::{Bucket, Content, Version},
};

pub fn answer(world: &mut World, call: &Call<'_>, name: &str, key: &str) -> Result<Reply, ServiceError> {
    let asks = |what: &&str| call.parameter(what).is_some();
    if let Some(what) = ["retention", "legal-hold"].into_iter().find(asks) {
        return lock::answer(world, call, name, key, what);
    }
    if let Some(other) = ["acl", "tagging", "uploads", "uploadId", "attributes"].into_iter().find(asks) {
        return Err(not_implemented(&format!("{} ?{other}", call.method)));
    }
    match *call.method {
        Method::PUT => put::answer(world, call, name, key),
        Method::DELETE => delete(world, call, name, key),
        Method::GET | Method::HEAD => {
            let bucket = world.objects.bucket(name).ok_or_else(no_such_bucket)?;
            read(call, bucket, key)
        }
        _ => Err(method_not_allowed()),
    }
}

fn delete(world: &mut World, call: &Call<'_>, name: &str, key: &str) -> Result<Reply, ServiceError> {
    conditions::check_deletion(world, call, name, key)?;
    let now = world.now();
    let Some(id) = call.parameter("versionId") else {
        // Where nothing is locked against it, and where something is: the versions stay behind the marker.
        let marker = world.objects.mark_deleted(name, key, now).ok_or_else(no_such_bucket)?;
        return Ok(empty(204).with("x-amz-delete-marker", "true").with("x-amz-version-id", marker.id));
    };
    let bucket = world.objects.bucket(name).ok_or_else(no_such_bucket)?;
    let content = bucket.version(key, &id).and_then(|version| version.content.as_ref());
    if content.is_some_and(|content| !content.lock.allows_removal(now, lock::bypass(call.headers))) {
        return Err(access_denied("Access Denied because object protected by object lock."));
    }
    let reply = empty(204).with("x-amz-version-id", id.as_str());
    // To delete what is not there is no error.
    Ok(match world.objects.remove(name, key, &id) {
        Some(Version { content: None, .. }) => reply.with("x-amz-delete-marker", "true"),
        _ => reply,
    })
}

fn read(call: &Call<'_>, bucket: &Bucket, key: &str) -> Result<Reply, ServiceError> {
    let named = call.parameter("versionId");
    let version = match &named {
        Some(id) => bucket.version(key, id).ok_or_else(no_such_version)?,
        None => bucket.newest(key).ok_or_else(no_such_key)?,
    };
    let Some(content) = &version.content else {
        let error = if named.is_some() { method_not_allowed() } else { no_such_key() };
        let reply = error_reply(call, &error).with("x-amz-delete-marker", "true");
        return Ok(reply.with("x-amz-version-id", version.id.as_str()));
    };
    let same = |header: &str| call.header(header).map(|tag| tag == "*" || tag.trim_matches('"') == content.tag);
    if same("if-match") == Some(false) {
        let message = "At least one of the pre-conditions you specified did not hold".to_owned();
        return Err(ServiceError { code: "PreconditionFailed", message, status: 412 });
    }
    if same("if-none-match") == Some(true) {
        return Ok(empty(304).with("etag", format!("\"{}\"", content.tag)));
    }
    Ok(shown(call, version, content))
}

fn shown(call: &Call<'_>, version: &Version, content: &Content) -> Reply {
    let modified = DateTimePrinter::new().timestamp_to_rfc9110_string(&version.modified).unwrap_or_default();
    let body = if *call.method == Method::GET { content.body.to_vec() } else { Vec::new() };
    let mut reply = Reply::new(200, &content.content_type, body)
        .with("content-length", content.body.len().to_string())
        .with("accept-ranges", "bytes")
        .with("last-modified", modified)
        .with("etag", format!("\"{}\"", content.tag))
        .with("x-amz-version-id", version.id.as_str())
        .with("x-amz-server-side-encryption", "AES256");
    if let Some(status) = version.status() {
        reply = reply.with("x-amz-replication-status", status.name());
    }
    if call.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled")) {
        reply.own_headers.extend(content.checksum.clone());
    }
    reply.own_headers.extend(content.metadata.clone());
    lock::headers(reply, content.lock)
}
