//! Buckets: where they are, what is in them, and their replication rules.

use std::collections::BTreeSet;

use http::Method;
use jiff::SignedDuration;

use super::{
    Call, Document, Reply, ServiceError, elsewhere, method_not_allowed, not_implemented,
    pages::{self, Page},
    written,
};
use crate::{
    topology::{ACCOUNT, Region},
    world::World,
};

/// What a bucket can be asked for besides its objects, as query parameters.
const SUBRESOURCES: [&str; 18] = [
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
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "tagging",
    "uploads",
    "versions",
];

pub fn list_buckets(world: &World, call: &Call<'_>) -> Result<Reply, ServiceError> {
    let created = world.started - SignedDuration::from_hours(400 * 24);
    let prefix = call.parameter("prefix").unwrap_or_default();
    let wanted = call.parameter("bucket-region");
    let buckets = Region::ALL
        .into_iter()
        .filter(|region| {
            region.bucket().starts_with(&prefix) && wanted.as_deref().is_none_or(|name| name == region.name())
        })
        .map(|region| {
            Document::of([
                ("Name", region.bucket().into()),
                ("CreationDate", created.into()),
                ("BucketRegion", region.name().into()),
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

/// Answers a request about the bucket of `region`.
pub fn answer(world: &World, call: &Call<'_>, region: Region) -> Result<Reply, ServiceError> {
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
        Method::GET if asks("replication") => Ok(written(world, call, "ReplicationConfiguration", replication(region))),
        Method::GET if asks("versioning") => {
            Ok(written(world, call, "VersioningConfiguration", Document::of([("Status", "Enabled".into())])))
        }
        Method::GET => match SUBRESOURCES.into_iter().find(|name| asks(name)) {
            Some(name) => Err(not_implemented(&format!("GET ?{name}"))),
            None => list_objects(world, call, region),
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

fn list_objects(world: &World, call: &Call<'_>, region: Region) -> Result<Reply, ServiceError> {
    let parameter = |name: &str| call.parameter(name).filter(|text| !text.is_empty());
    if call.parameter("list-type").as_deref() != Some("2") {
        return Err(not_implemented("ListObjects (version 1)"));
    }
    let (prefix, delimiter) = (parameter("prefix").unwrap_or_default(), parameter("delimiter"));
    let after = parameter("start-after");
    let encode = call.parameter("encoding-type").as_deref() == Some("url");
    let shown = |text: &str| Document::from(if encode { encoded(text) } else { text.to_owned() });
    let most = match call.parameter("max-keys").map(|text| text.parse::<usize>()) {
        None => 1000,
        Some(Ok(most)) => most.min(1000),
        Some(Err(_)) => return Err(ServiceError::sender("InvalidArgument", "Provided max-keys is not an integer")),
    };
    let mut folders = BTreeSet::new();
    // Keys and folders share one order and one page.
    let mut entries: Vec<(bool, String, Document)> = Vec::new();
    for (key, object) in world.objects.list(region, &world.replication) {
        if !key.starts_with(&prefix) || after.as_deref().is_some_and(|after| key <= after) {
            continue;
        }
        let rest = &key[prefix.len()..];
        if let Some(end) =
            delimiter.as_deref().and_then(|delimiter| rest.find(delimiter).map(|at| at + delimiter.len()))
        {
            let folder = format!("{prefix}{}", &rest[..end]);
            if folders.insert(folder.clone()) {
                let document = Document::of([("Prefix", shown(&folder))]);
                entries.push((true, folder, document));
            }
            continue;
        }
        let document = Document::of([
            ("Key", shown(key)),
            ("LastModified", object.modified.into()),
            ("ETag", format!("\"{}\"", object.tag).into()),
            ("Size", (object.body.len() as i64).into()),
            ("StorageClass", "STANDARD".into()),
        ]);
        entries.push((false, key.to_owned(), document));
    }
    let token = parameter("continuation-token");
    let page = if most == 0 {
        Page { items: Vec::new(), next: None }
    } else {
        pages::page(entries, token.as_deref(), most, invalid_token())?
    };
    let count = page.items.len() as i64;
    let (folders, keys): (Vec<_>, Vec<_>) = page.items.into_iter().partition(|(folder, ..)| *folder);
    let documents = |entries: Vec<(bool, String, Document)>| {
        Document::Flat(entries.into_iter().map(|(.., document)| document).collect())
    };
    let document = Document::of([
        ("Name", region.bucket().into()),
        ("Prefix", shown(&prefix)),
        ("KeyCount", count.into()),
        ("MaxKeys", (most as i64).into()),
        ("IsTruncated", page.next.is_some().into()),
        ("Contents", documents(keys)),
        ("CommonPrefixes", documents(folders)),
    ])
    .with_optional("Delimiter", delimiter.as_deref().map(shown))
    .with_optional("EncodingType", encode.then_some("url"))
    .with_optional("StartAfter", after.as_deref().map(shown))
    .with_optional("ContinuationToken", token)
    .with_optional("NextContinuationToken", page.next);
    Ok(written(world, call, "ListBucketResult", document))
}

/// A key as `encoding-type=url` wants it: what XML could not hold, or a client might misread, in percent signs.
fn encoded(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
