//! Cost Explorer.
use super::{Document, ServiceError, rpc::Request};
use crate::world::World;
pub fn handle(_world: &World, _request: &Request<'_>) -> Option<Result<Document, ServiceError>> {
    None
}
