//! Buckets: where they are, what is in them, and their replication rules.

use http::Method;
use jiff::SignedDuration;

use super::{
    Call, Document, Reply, ServiceError, elsewhere, list, lock, method_not_allowed, not_implemented, pages, written,
};
use crate::{
    topology::{ACCOUNT, Region},
    world::{World, objects::Bucket},
};

/// What a bucket can be asked for besides its objects, as query parameters.
const SUBRESOURCES: [&str; 16] = [
    "acl",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "lifecycle",
    "logging",
    "metrics",
    "notification",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "tagging",
    "uploads",
];

pub fn list_buckets(world: &World, call: &Call<'_>) -> Result<Reply, ServiceError> {
    let created = world.started - SignedDuration::from_hours(400 * 24);
    let prefix = call.parameter("prefix").unwrap_or_default();
    let wanted = call.parameter("bucket-region");
    let buckets = world
        .objects
        .buckets()
        .iter()
        .filter(|bucket| {
            bucket.name.starts_with(&prefix) && wanted.as_deref().is_none_or(|name| name == bucket.region.name())
        })
        .map(|bucket| {
            Document::of([
                ("Name", bucket.name.as_str().into()),
                ("CreationDate", created.into()),
                ("BucketRegion", bucket.region.name().into()),
            ])
        });
    let most = call.parameter("max-buckets").and_then(|most| most.parse().ok()).unwrap_or(10_000);
    let token = call.parameter("continuation-token");
    let page = pages::page(buckets.collect(), token.as_deref(), most, invalid_token())?;
    let document = Document::of([
        ("Buckets", Document::list("Bucket", page.items)),
        ("Owner", Document::of([("ID", format!("{ACCOUNT}evac").into())])),
    ]);
    Ok(written(world, call, "ListAllMyBucketsResult", document.with_optional("ContinuationToken", page.next)))
}

fn invalid_token() -> ServiceError {
    ServiceError::sender("InvalidArgument", "The continuation token provided is incorrect")
}

/// Answers a request about a bucket.
pub fn answer(world: &World, call: &Call<'_>, bucket: &Bucket) -> Result<Reply, ServiceError> {
    let region = bucket.region;
    let asks = |name: &str| call.parameter(name).is_some();
    // This one is answered anywhere, as it is how a client finds out where to ask.
    if *call.method == Method::GET && asks("location") {
        return Ok(location(world, call, region));
    }
    if region != call.region {
        return Err(elsewhere(region));
    }
    match *call.method {
        Method::HEAD => Ok(Reply::new(200, "application/xml", Vec::new()).with("x-amz-bucket-region", region.name())),
        Method::GET if asks("replication") && !bucket.replicates => {
            let message = "The replication configuration was not found";
            Err(ServiceError::not_found("ReplicationConfigurationNotFoundError", message))
        }
        Method::GET if asks("replication") => Ok(written(world, call, "ReplicationConfiguration", replication(region))),
        Method::GET if asks("versioning") => {
            Ok(written(world, call, "VersioningConfiguration", Document::of([("Status", "Enabled".into())])))
        }
        Method::GET if asks("object-lock") => lock::configuration(world, call, bucket),
        Method::GET if asks("versions") => list::versions(world, call, bucket),
        Method::GET => match SUBRESOURCES.into_iter().find(|name| asks(name)) {
            Some(name) => Err(not_implemented(&format!("GET ?{name}"))),
            None => list::objects(world, call, bucket),
        },
        _ => Err(method_not_allowed()),
    }
}

fn location(world: &World, call: &Call<'_>, region: Region) -> Reply {
    // The oldest region has no name here.
    let name = if region == Region::UsEast1 { "" } else { region.name() };
    // The root itself holds the text.
    written(world, call, "LocationConstraint", Document::Text(name.to_owned()))
}

fn replication(source: Region) -> Document {
    let enabled = || Document::from("Enabled");
    let minutes = || Document::of([("Minutes", 15.into())]);
    let rules = Region::ALL.into_iter().filter(|region| *region != source).enumerate().map(|(number, destination)| {
        let target = Document::of([
            ("Bucket", format!("arn:aws:s3:::{}", destination.bucket()).into()),
            ("ReplicationTime", Document::of([("Status", enabled()), ("Time", minutes())])),
            ("Metrics", Document::of([("Status", enabled()), ("EventThreshold", minutes())])),
        ]);
        Document::of([
            ("ID", source.rule_to(destination).into()),
            ("Priority", (number as i64 + 1).into()),
            ("Filter", Document::of([("Prefix", "".into())])),
            ("Status", enabled()),
            ("Destination", target),
            ("DeleteMarkerReplication", Document::of([("Status", "Disabled".into())])),
        ])
    });
    Document::of([
        ("Role", format!("arn:aws:iam::{ACCOUNT}:role/akidb-replication").into()),
        ("Rule", Document::Flat(rules.collect())),
    ])
}
