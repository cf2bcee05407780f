//! S3: buckets with their replication, and objects. Path style and virtual-host style are both taken.

mod bucket;
mod chunked;
mod conditions;
mod list;
mod lock;
mod object;
mod put;

use http::Method;

use super::{Call, Document, Reply, ServiceError, hostile, pages, xml};
use crate::{topology::Region, world::World};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    bucket: Option<String>,
    key: Option<String>,
}

/// Answers a request.
pub fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    let target = target(world, call);
    let home = target.bucket.as_deref().and_then(|name| world.objects.bucket(name)).map(|bucket| bucket.region);
    let reply = match &target {
        Target { bucket: None, .. } if call.method == Method::GET => bucket::list_buckets(world, call),
        Target { bucket: None, .. } => Err(method_not_allowed()),
        Target { bucket: Some(name), key: None } => match world.objects.bucket(name) {
            Some(bucket) => bucket::answer(world, call, bucket),
            None => Err(no_such_bucket()),
        },
        Target { bucket: Some(name), key: Some(key) } => match home {
            None => Err(no_such_bucket()),
            Some(region) if region != call.region => Err(elsewhere(region)),
            Some(_) => object::answer(world, call, name, key),
        },
    };
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => match home {
            Some(region) => error_reply(call, &error).with("x-amz-bucket-region", region.name()),
            None => error_reply(call, &error),
        },
    };
    signed(reply, call)
}

/// Answers a request with an error.
pub fn refuse(call: &Call<'_>, error: &ServiceError) -> Reply {
    signed(error_reply(call, error), call)
}

/// An error as an answer. Answers to HEAD have no body, so that only the status tells.
fn error_reply(call: &Call<'_>, error: &ServiceError) -> Reply {
    let document = Document::of([
        ("Code", error.code.into()),
        ("Message", error.message.as_str().into()),
        ("Resource", call.path.into()),
        ("RequestId", call.request_id.as_str().into()),
        ("HostId", "simulated".into()),
    ]);
    let body = if call.method == Method::HEAD { Vec::new() } else { xml::write("Error", None, &document) };
    Reply::new(error.status, "application/xml", body)
}

/// With the headers that every answer of S3 has.
fn signed(reply: Reply, call: &Call<'_>) -> Reply {
    reply.with("x-amz-request-id", call.request_id.as_str()).with("x-amz-id-2", "simulated").with("server", "AmazonS3")
}

/// A document as an answer.
fn written(world: &World, call: &Call<'_>, root: &str, document: Document) -> Reply {
    let document = if call.hostile { hostile::mangle(document, world.tick, true) } else { document };
    Reply::new(200, "application/xml", xml::write(root, Some(NAMESPACE), &document))
}

/// An answer without a body.
fn empty(status: u16) -> Reply {
    Reply { status, headers: Vec::new(), own_headers: Vec::new(), body: Vec::new() }
}

fn no_such_bucket() -> ServiceError {
    ServiceError::not_found("NoSuchBucket", "The specified bucket does not exist")
}

fn no_such_key() -> ServiceError {
    ServiceError::not_found("NoSuchKey", "The specified key does not exist.")
}

fn no_such_version() -> ServiceError {
    ServiceError::not_found("NoSuchVersion", "The specified version does not exist.")
}

fn access_denied(message: &str) -> ServiceError {
    ServiceError { code: "AccessDenied", message: message.to_owned(), status: 403 }
}

fn method_not_allowed() -> ServiceError {
    let message = "The specified method is not allowed against this resource.".to_owned();
    ServiceError { code: "MethodNotAllowed", message, status: 405 }
}

fn not_implemented(what: &str) -> ServiceError {
    let message = format!("{what} is not an operation of this simulator.");
    ServiceError { code: "NotImplemented", message, status: 501 }
}

/// The answer of an endpoint to a bucket of another region. A client that knows the region goes there.
fn elsewhere(region: Region) -> ServiceError {
    let message = format!("The bucket is in this region: {region}. Please use this region to retry the request.");
    ServiceError { code: "PermanentRedirect", message, status: 301 }
}

fn target(world: &World, call: &Call<'_>) -> Target {
    let host = call.header("host").unwrap_or_default();
    let first_label = host.split(['.', ':']).next().unwrap_or_default();
    let path = call.path.trim_start_matches('/');
    let some = |text: &str| (!text.is_empty()).then(|| decoded(text));
    if world.objects.bucket(first_label).is_some() {
        return Target { bucket: Some(first_label.to_owned()), key: some(path) };
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    Target { bucket: some(bucket), key: some(key) }
}

/// A path with its percent signs undone. In a path, unlike in a form, a plus is a plus.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let number = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match number.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_undone_and_nothing_else() {
        assert_eq!(decoded("a%20b+c%2Fd%"), "a b+c/d%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
        assert_eq!(decoded("%e4%bd%a0"), "你");
    }
}
