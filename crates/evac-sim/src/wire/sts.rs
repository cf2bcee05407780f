//! STS: who is asking.

use super::{Document, ServiceError, rpc::Request};
use crate::topology::ACCOUNT;

/// Serves an operation; `None` when it is not known.
pub fn handle(request: &Request<'_>) -> Option<Result<Document, ServiceError>> {
    (request.operation == "GetCallerIdentity").then(|| {
        Ok(Document::of([
            ("Arn", format!("arn:aws:sts::{ACCOUNT}:assumed-role/evac-operator/simulated").into()),
            ("UserId", "AROAEVACSIMULATED0001:simulated".into()),
            ("Account", ACCOUNT.into()),
        ]))
    })
}
