//! Conditions on writes and deletions: `If-None-Match: *` and `If-Match`.

use super::{Call, ServiceError, no_such_bucket, no_such_key, not_implemented};
use crate::{
    topology::Service,
    world::{World, objects::Bucket},
};

fn failed(condition: &str) -> ServiceError {
    ServiceError {
        code: "PreconditionFailed",
        message: format!("At least one of the pre-conditions you specified did not hold: {condition}"),
        status: 412,
    }
}

/// What S3 says when another write or deletion of the same key got in between.
fn conflict() -> ServiceError {
    let message = "The conditional request cannot succeed due to a conflicting operation against this resource.";
    ServiceError { code: "ConditionalRequestConflict", message: message.to_owned(), status: 409 }
}

fn bucket<'a>(world: &'a World, name: &str) -> Result<&'a Bucket, ServiceError> {
    world.objects.bucket(name).ok_or_else(no_such_bucket)
}

/// Checks the conditions of a write to a key.
pub fn check_write(world: &mut World, call: &Call<'_>, name: &str, key: &str) -> Result<(), ServiceError> {
    let (absent, tag) = (call.header("if-none-match"), call.header("if-match"));
    let held = bucket(world, name)?.object(key).map(|(_, content)| content.tag.as_str());
    match (absent, tag) {
        (None, None) => return Ok(()),
        (Some(_), Some(_)) => return Err(not_implemented("If-Match together with If-None-Match")),
        (Some("*"), None) if held.is_some() => return Err(failed("If-None-Match")),
        (Some("*"), None) => {}
        (Some(_), None) => return Err(not_implemented("If-None-Match with anything but *, for a write,")),
        (None, Some(wanted)) => match held {
            None => return Err(no_such_key()),
            Some(held) if held != wanted.trim_matches('"') => return Err(failed("If-Match")),
            Some(_) => {}
        },
    }
    meet(world, call)
}

/// Checks the condition of a deletion. It looks at the newest version alone.
pub fn check_deletion(world: &mut World, call: &Call<'_>, name: &str, key: &str) -> Result<(), ServiceError> {
    let Some(wanted) = call.header("if-match") else { return Ok(()) };
    let newest = bucket(world, name)?.newest(key).ok_or_else(no_such_key)?;
    let matches = newest.content.as_ref().is_some_and(|held| wanted == "*" || held.tag == wanted.trim_matches('"'));
    if !matches {
        return Err(failed("If-Match"));
    }
    meet(world, call)
}

fn meet(world: &mut World, call: &Call<'_>) -> Result<(), ServiceError> {
    let noise = world.noise;
    if world.conflicts.meets(Service::S3, call.region, noise) { Err(conflict()) } else { Ok(()) }
}
