//! Object Lock on the wire: headers of a write, and the retention and legal hold of a version.

use http::{HeaderMap, Method};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Call, Document, Reply, ServiceError, access_denied, empty, method_not_allowed, no_such_bucket, no_such_key,
    no_such_version, written,
};
use crate::world::{
    World,
    objects::{Bucket, Content, Lock, LockMode, Retention, Version},
};

fn wrong(message: &str) -> ServiceError {
    ServiceError::sender("InvalidRequest", message)
}

fn mode(name: &str) -> Result<LockMode, ServiceError> {
    LockMode::parse(name).ok_or_else(|| ServiceError::sender("InvalidArgument", "Unknown wormMode directive."))
}

fn future(date: &str, now: Timestamp) -> Result<Timestamp, ServiceError> {
    let wrong = |message: &str| ServiceError::sender("InvalidArgument", message);
    let until: Timestamp =
        date.parse().map_err(|_| wrong("The retain until date must be provided in ISO 8601 format"))?;
    if until > now { Ok(until) } else { Err(wrong("The retain until date must be in the future!")) }
}

fn hold(status: &str) -> Result<bool, ServiceError> {
    match status {
        "ON" => Ok(true),
        "OFF" => Ok(false),
        _ => Err(ServiceError::sender("InvalidArgument", "Legal Hold must be either of 'ON' or 'OFF'")),
    }
}

/// Whether the client asked to pass over governance.
pub fn bypass(headers: &HeaderMap) -> bool {
    let header = headers.get("x-amz-bypass-governance-retention");
    header.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

/// The lock that the headers of a write ask for.
pub fn of_write(call: &Call<'_>, bucket: &Bucket, now: Timestamp, has_checksum: bool) -> Result<Lock, ServiceError> {
    let header = |name: &str| call.header(name);
    let named = header("x-amz-object-lock-mode");
    let until = header("x-amz-object-lock-retain-until-date");
    let legal_hold = header("x-amz-object-lock-legal-hold");
    if named.is_none() && until.is_none() && legal_hold.is_none() {
        return Ok(Lock::default());
    }
    if !bucket.locks {
        return Err(wrong("Bucket is missing Object Lock Configuration"));
    }
    if !has_checksum {
        return Err(wrong(
            "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
        ));
    }
    let retention = match (named, until) {
        (None, None) => None,
        (Some(named), Some(until)) => Some(Retention { mode: mode(named)?, until: future(until, now)? }),
        _ => {
            let message = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
            return Err(ServiceError::sender("InvalidArgument", message));
        }
    };
    Ok(Lock { retention, legal_hold: legal_hold.map(hold).transpose()? })
}

/// The headers that tell of a lock.
pub fn headers(mut reply: Reply, lock: Lock) -> Reply {
    if let Some(Retention { mode, until }) = lock.retention {
        reply = reply.with("x-amz-object-lock-mode", mode.name());
        reply = reply.with("x-amz-object-lock-retain-until-date", format!("{until:.3}"));
    }
    match lock.legal_hold {
        Some(held) => reply.with("x-amz-object-lock-legal-hold", if held { "ON" } else { "OFF" }),
        None => reply,
    }
}

/// The configuration of a bucket.
pub fn configuration(world: &World, call: &Call<'_>, bucket: &Bucket) -> Result<Reply, ServiceError> {
    if bucket.locks {
        let document = Document::of([("ObjectLockEnabled", "Enabled".into())]);
        return Ok(written(world, call, "ObjectLockConfiguration", document));
    }
    let message = "Object Lock configuration does not exist for this bucket";
    Err(ServiceError::not_found("ObjectLockConfigurationNotFoundError", message))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RetentionBody {
    mode: Option<String>,
    retain_until_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LegalHoldBody {
    status: String,
}

fn parsed<'a, T: Deserialize<'a>>(call: &Call<'a>) -> Result<T, ServiceError> {
    let malformed = || {
        let message = "The XML you provided was not well-formed or did not validate against our published schema";
        ServiceError::sender("MalformedXML", message)
    };
    let text = std::str::from_utf8(call.body).map_err(|_| malformed())?;
    quick_xml::de::from_str(text).map_err(|_| malformed())
}

/// The version that a request is about: the one that it names, or the newest.
fn subject<'a>(bucket: &'a Bucket, call: &Call<'_>, key: &str) -> Result<(&'a Version, &'a Content), ServiceError> {
    let version = match call.parameter("versionId") {
        Some(id) => bucket.version(key, &id).ok_or_else(no_such_version)?,
        None => bucket.newest(key).ok_or_else(no_such_key)?,
    };
    let content = version.content.as_ref().ok_or_else(method_not_allowed)?;
    if bucket.locks { Ok((version, content)) } else { Err(wrong("Bucket is missing Object Lock Configuration")) }
}

fn not_locked() -> ServiceError {
    let message = "The specified object does not have a ObjectLock configuration";
    ServiceError::not_found("NoSuchObjectLockConfiguration", message)
}

/// Answers a request for the `retention` or the `legal-hold` of a version.
pub fn answer(world: &mut World, call: &Call<'_>, name: &str, key: &str, what: &str) -> Result<Reply, ServiceError> {
    let now = world.now();
    let bucket = world.objects.bucket(name).ok_or_else(no_such_bucket)?;
    let (version, content) = subject(bucket, call, key)?;
    let (id, lock) = (version.id.clone(), content.lock);
    let next = match (call.method, what) {
        (&Method::GET, "retention") => {
            let Retention { mode, until } = lock.retention.ok_or_else(not_locked)?;
            let document = Document::of([("Mode", mode.name().into()), ("RetainUntilDate", until.into())]);
            return Ok(written(world, call, "Retention", document));
        }
        (&Method::GET, _) => {
            let status = if lock.legal_hold.ok_or_else(not_locked)? { "ON" } else { "OFF" };
            return Ok(written(world, call, "LegalHold", Document::of([("Status", status.into())])));
        }
        (&Method::PUT, "retention") => {
            let retention = match parsed::<RetentionBody>(call)? {
                RetentionBody { mode: None, retain_until_date: None } => None,
                RetentionBody { mode: Some(named), retain_until_date: Some(date) } => {
                    Some(Retention { mode: mode(&named)?, until: future(&date, now)? })
                }
                _ => return Err(ServiceError::sender("MalformedXML", "Mode and RetainUntilDate belong together")),
            };
            if !lock.allows_retention(retention, now, bypass(call.headers)) {
                return Err(access_denied("Access Denied because object protected by object lock."));
            }
            Lock { retention, ..lock }
        }
        (&Method::PUT, _) => Lock { legal_hold: Some(hold(&parsed::<LegalHoldBody>(call)?.status)?), ..lock },
        _ => return Err(method_not_allowed()),
    };
    world.objects.set_lock(name, key, &id, next, now);
    Ok(empty(200))
}
