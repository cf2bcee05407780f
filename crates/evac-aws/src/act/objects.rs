//! S3: the locks of Terraform's states, and STOP objects.

use aws_sdk_s3::error::ProvideErrorMetadata;
use evac_core::{SourceErrorKind, guard::Consent, ids::BucketName, run::CallAnswer};

use super::answer::{Sending, accepted, answered, failed, not_made, note};
use crate::{
    access::RegionAccess,
    lock_object::{LockObject, lock_object},
};

const PUT: &str = "s3:PutObject";
const DELETE: &str = "s3:DeleteObject";

/// PutObject of a lock, if there is none. One that is there and carries our id was put by this plan.
pub(super) async fn lock(
    _: &Consent,
    access: &RegionAccess,
    bucket: &BucketName,
    key: &str,
    id: &str,
    body: &str,
) -> CallAnswer {
    let client = access.s3();
    let request = client.put_object().bucket(bucket.as_str()).key(key).if_none_match("*");
    let request = request.content_type("application/json").body(body.as_bytes().to_vec().into());
    let sending = Sending::default();
    let error = match request.customize().interceptor(sending.clone()).send().await {
        Ok(output) => return accepted(&output, []),
        Err(error) if error.code() != Some("PreconditionFailed") => return failed(PUT, &error, &sending),
        Err(error) => error,
    };
    match lock_object(&client, bucket, key, None).await {
        Ok(Some(LockObject { lock, .. })) if lock.id == id => CallAnswer::Accepted { receipt: note("existed", "true") },
        // Whoever holds it will let go of it, as a rule.
        Ok(Some(LockObject { lock, .. })) => {
            let why = format!("the state is locked by {} ({}, lock {})", lock.who, lock.operation, lock.id);
            CallAnswer::Refused { why, temporary: true }
        }
        Ok(None) => CallAnswer::Refused { why: "the lock was let go of just now".to_owned(), temporary: true },
        // It was refused all the same: only whose lock it is remains open.
        Err(unread) => {
            let why = format!("{}; whose lock it is cannot be read: {}", super::words(PUT, &error), unread.message);
            CallAnswer::Refused { why, temporary: unread.kind != SourceErrorKind::Denied }
        }
    }
}

/// DeleteObject of a lock that carries this id, and of no other: the delete holds only for the version that was read.
pub(super) async fn unlock(_: &Consent, access: &RegionAccess, bucket: &BucketName, key: &str, id: &str) -> CallAnswer {
    let client = access.s3();
    let found = match lock_object(&client, bucket, key, None).await {
        Ok(None) => return CallAnswer::Accepted { receipt: note("absent", "true") },
        Ok(Some(LockObject { lock, .. })) if lock.id != id => {
            return CallAnswer::Accepted { receipt: note("held-by", &lock.who) };
        }
        Ok(Some(found)) => found,
        Err(error) => return not_made(&error),
    };
    let request = client.delete_object().bucket(bucket.as_str()).key(key).if_match(found.tag);
    let sending = Sending::default();
    match request.customize().interceptor(sending.clone()).send().await {
        Ok(output) => accepted(&output, []),
        // It changed since it was read: let the next look tell whose it is now.
        Err(error) if error.code() == Some("PreconditionFailed") => {
            CallAnswer::Refused { why: super::words(DELETE, &error), temporary: true }
        }
        Err(error) => failed(DELETE, &error, &sending),
    }
}

/// PutObject of a STOP object.
pub(super) async fn put_stop(
    _: &Consent,
    access: &RegionAccess,
    bucket: &BucketName,
    key: &str,
    body: &str,
) -> CallAnswer {
    let request = access.s3().put_object().bucket(bucket.as_str()).key(key);
    let request = request.content_type("text/plain; charset=utf-8").body(body.as_bytes().to_vec().into());
    let sending = Sending::default();
    let sent = request.customize().interceptor(sending.clone()).send().await;
    answered(PUT, sent, &sending)
}

/// DeleteObject of a STOP object.
pub(super) async fn remove_stop(_: &Consent, access: &RegionAccess, bucket: &BucketName, key: &str) -> CallAnswer {
    let request = access.s3().delete_object().bucket(bucket.as_str()).key(key);
    let sending = Sending::default();
    let sent = request.customize().interceptor(sending.clone()).send().await;
    answered(DELETE, sent, &sending)
}
