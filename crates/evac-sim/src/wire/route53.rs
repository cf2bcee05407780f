//! Route 53.
use super::{Call, Reply, ServiceError};
use crate::world::World;
pub fn answer(_world: &World, call: &Call<'_>) -> Reply {
    refuse(call, &ServiceError::not_found("InvalidAction", "not yet"))
}
pub fn refuse(_call: &Call<'_>, error: &ServiceError) -> Reply {
    Reply::new(error.status, "text/xml", Vec::new())
}
