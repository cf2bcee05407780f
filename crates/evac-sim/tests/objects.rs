//! S3 on the wire: versions, conditions, locks and lists.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Answer, address, ask, world};
use evac_sim::{
    Simulator,
    scenario::Action,
    topology::{Region, Service},
};
use jiff::SignedDuration;
use tempfile::TempDir;

const HERE: &str = "/akidb-data-use1";
const JOURNAL: &str = "/akidb-evac-journal-usw2";
const TERRAFORM: &str = "/akidb-terraform/akidb/terraform.tfstate";
/// The MD5 of `hello`, as a header has it.
const DIGEST: &str = "content-md5: XUFAKrxLKna5cZ2REBfFkg==\r\n";
const UNTIL: &str = "x-amz-object-lock-retain-until-date: 2026-11-22T13:00:00Z\r\n";

struct S3 {
    simulator: Simulator,
    _directory: TempDir,
}

impl S3 {
    async fn start() -> Self {
        let (simulator, directory) = world(None).await;
        Self { simulator, _directory: directory }
    }

    async fn at(&self, region: Region, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let address = address(&self.simulator, Service::S3, region);
        ask(&address, method, path, headers, body).await.unwrap()
    }

    async fn east(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        self.at(Region::UsEast1, method, path, headers, body).await
    }

    async fn west(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        self.at(Region::UsWest2, method, path, headers, body).await
    }
}

fn version(answer: &Answer) -> String {
    answer.header("x-amz-version-id").unwrap().to_owned()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(answer.text().contains(&format!("<Code>{code}</Code>")), "{}", answer.text());
}

#[tokio::test]
async fn versions_stay_behind_a_delete_marker_and_come_back_without_it() {
    let s3 = S3::start().await;
    let key = format!("{HERE}/k");
    let first = s3.east("PUT", &key, "", "one").await;
    assert_eq!(first.header("etag"), Some("\"f97c5d29941bfb1b2fdab0874906ab82\""), "the MD5 of the body");
    let (first, second) = (version(&first), version(&s3.east("PUT", &key, "", "two").await));
    assert_eq!(s3.east("GET", &key, "", "").await.text(), "two");
    assert_eq!(s3.east("GET", &format!("{key}?versionId={first}"), "", "").await.text(), "one");
    refused(&s3.east("GET", &format!("{key}?versionId=nope"), "", "").await, 404, "NoSuchVersion");

    let deleted = s3.east("DELETE", &key, "", "").await;
    assert_eq!((deleted.status, deleted.header("x-amz-delete-marker")), (204, Some("true")));
    let marker = version(&deleted);
    let gone = s3.east("GET", &key, "", "").await;
    refused(&gone, 404, "NoSuchKey");
    assert_eq!((gone.header("x-amz-delete-marker"), version(&gone)), (Some("true"), marker.clone()));
    refused(&s3.east("GET", &format!("{key}?versionId={marker}"), "", "").await, 405, "MethodNotAllowed");

    let list = s3.east("GET", &format!("{HERE}?versions&prefix=k"), "", "").await.text();
    assert_eq!((list.matches("<Version>").count(), list.matches("<DeleteMarker>").count()), (2, 1), "{list}");
    assert_eq!(list.matches("<IsLatest>true</IsLatest>").count(), 1);
    assert!(!s3.east("GET", &format!("{HERE}?list-type=2"), "", "").await.text().contains("<Key>k</Key>"));

    for removed in [&marker, &second] {
        assert_eq!(s3.east("DELETE", &format!("{key}?versionId={removed}"), "", "").await.status, 204);
    }
    assert_eq!(s3.east("GET", &key, "", "").await.text(), "one");
}

#[tokio::test]
async fn a_write_can_ask_that_nothing_or_one_certain_thing_is_there() {
    let s3 = S3::start().await;
    let key = format!("{HERE}/k");
    let absent = "if-none-match: *\r\n";
    refused(&s3.east("PUT", &key, "if-match: \"x\"\r\n", "1").await, 404, "NoSuchKey");
    let first = s3.east("PUT", &key, absent, "one").await;
    assert_eq!(first.status, 200);
    refused(&s3.east("PUT", &key, absent, "two").await, 412, "PreconditionFailed");
    let matches = format!("if-match: {}\r\n", first.header("etag").unwrap());
    assert_eq!(s3.east("PUT", &key, &matches, "two").await.status, 200);
    refused(&s3.east("PUT", &key, &matches, "three").await, 412, "PreconditionFailed");
    refused(&s3.east("DELETE", &key, &matches, "").await, 412, "PreconditionFailed");
    assert_eq!(s3.east("DELETE", &key, "if-match: *\r\n", "").await.status, 204);
    refused(&s3.east("DELETE", &key, "if-match: *\r\n", "").await, 412, "PreconditionFailed");
    refused(&s3.east("DELETE", &format!("{HERE}/never"), "if-match: *\r\n", "").await, 404, "NoSuchKey");
    assert_eq!(s3.east("PUT", &key, absent, "four").await.status, 200, "behind a delete marker there is nothing");
    assert_eq!(s3.east("GET", &key, "if-none-match: *\r\n", "").await.status, 304);
}

#[tokio::test]
async fn conditional_writes_meet_others_when_they_are_told_to() {
    let s3 = S3::start().await;
    let regions = vec![Region::UsEast1];
    let action = Action::WriteConflicts { services: vec![Service::S3], regions, writes: 1, share: 0.0 };
    s3.simulator.perform(action).unwrap();
    let (key, absent) = (format!("{HERE}/k"), "if-none-match: *\r\n");
    assert_eq!(s3.east("PUT", &format!("{HERE}/other"), "", "1").await.status, 200, "it has no condition");
    refused(&s3.east("PUT", &key, absent, "1").await, 409, "ConditionalRequestConflict");
    assert_eq!(s3.east("GET", &key, "", "").await.status, 404, "and nothing was written");
    assert_eq!(s3.east("PUT", &key, absent, "1").await.status, 200);
}

#[tokio::test]
async fn of_many_that_create_one_object_exactly_one_does() {
    let s3 = S3::start().await;
    let lock = format!("{TERRAFORM}.tflock");
    let tries = (0..16).map(|number| {
        let (s3, lock) = (&s3, &lock);
        async move { s3.west("PUT", lock, "if-none-match: *\r\n", &format!("{{\"ID\":\"{number}\"}}")).await.status }
    });
    let mut statuses = futures::future::join_all(tries).await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[412; 15][..]));
    assert_eq!(s3.west("DELETE", &lock, "", "").await.status, 204);
    assert_eq!(
        s3.west("PUT", &lock, "if-none-match: *\r\n", "{}").await.status,
        200,
        "unlocked, it can be locked again"
    );
}

#[tokio::test]
async fn a_locked_version_cannot_be_deleted_until_its_time_is_over() {
    let s3 = S3::start().await;
    let key = format!("{JOURNAL}/run/1");
    let compliance = format!("x-amz-object-lock-mode: COMPLIANCE\r\n{UNTIL}");
    refused(&s3.west("PUT", &key, &compliance, "hello").await, 400, "InvalidRequest");
    let put = s3.west("PUT", &key, &format!("{compliance}{DIGEST}"), "hello").await;
    assert_eq!(put.status, 200, "{}", put.text());
    let id = version(&put);
    let named = format!("{key}?versionId={id}");
    let head = s3.west("HEAD", &key, "", "").await;
    assert_eq!(head.header("x-amz-object-lock-mode"), Some("compliance"));
    assert_eq!(head.header("x-amz-object-lock-retain-until-date"), Some("2026-11-22t13:00:00.000z"));
    assert_eq!(head.header("x-amz-replication-status"), None);

    let bypass = "x-amz-bypass-governance-retention: true\r\n";
    refused(&s3.west("DELETE", &named, bypass, "").await, 403, "AccessDenied");
    assert_eq!(s3.west("DELETE", &key, "", "").await.status, 204, "a marker is no removal");
    assert_eq!(s3.west("GET", &named, "", "").await.text(), "hello");

    let retention = format!("{key}?retention&versionId={id}");
    let body = |mode: &str, hour: u32| {
        let date = format!("2026-11-22T{hour}:00:00Z");
        format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>{mode}</Mode><RetainUntilDate>{date}</RetainUntilDate></Retention>"
        )
    };
    refused(&s3.west("PUT", &retention, "", &body("GOVERNANCE", 14)).await, 403, "AccessDenied");
    assert_eq!(s3.west("PUT", &retention, "", &body("COMPLIANCE", 14)).await.status, 200);
    assert!(s3.west("GET", &retention, "", "").await.text().contains("<RetainUntilDate>2026-11-22T14:00:00.000Z<"));
    s3.simulator.clock().advance(SignedDuration::from_mins(90));
    refused(&s3.west("DELETE", &named, "", "").await, 403, "AccessDenied");
    s3.simulator.clock().advance(SignedDuration::from_mins(31));

    let hold = format!("{key}?legal-hold&versionId={id}");
    refused(&s3.west("GET", &hold, "", "").await, 404, "NoSuchObjectLockConfiguration");
    assert_eq!(s3.west("PUT", &hold, "", "<LegalHold><Status>ON</Status></LegalHold>").await.status, 200);
    refused(&s3.west("DELETE", &named, "", "").await, 403, "AccessDenied");
    assert_eq!(s3.west("PUT", &hold, "", "<LegalHold><Status>OFF</Status></LegalHold>").await.status, 200);
    assert_eq!(s3.west("DELETE", &named, "", "").await.status, 204);
}

#[tokio::test]
async fn locks_are_refused_where_they_make_no_sense() {
    let s3 = S3::start().await;
    let key = format!("{JOURNAL}/k");
    let governance = "x-amz-object-lock-mode: GOVERNANCE\r\n";
    for (path, headers, code) in [
        (&key, format!("{governance}{DIGEST}"), "InvalidArgument"),
        (&key, format!("x-amz-object-lock-mode: SOFT\r\n{UNTIL}{DIGEST}"), "InvalidArgument"),
        (
            &key,
            format!("{governance}x-amz-object-lock-retain-until-date: 2020-01-01T00:00:00Z\r\n{DIGEST}"),
            "InvalidArgument",
        ),
        (&key, "content-md5: AAAAAAAAAAAAAAAAAAAAAA==\r\n".to_owned(), "BadDigest"),
        (&key, "content-md5: x\r\n".to_owned(), "InvalidDigest"),
        (&TERRAFORM.to_owned(), format!("{governance}{UNTIL}{DIGEST}"), "InvalidRequest"),
    ] {
        refused(&s3.west("PUT", path, &headers, "hello").await, 400, code);
    }
    refused(&s3.west("GET", "/akidb-terraform?object-lock", "", "").await, 404, "ObjectLockConfigurationNotFoundError");
    let enabled = s3.west("GET", &format!("{JOURNAL}?object-lock"), "", "").await.text();
    assert!(enabled.contains("<ObjectLockEnabled>Enabled<"), "{enabled}");
    refused(&s3.west("PUT", &format!("{key}?retention"), "", "<Retention/>").await, 404, "NoSuchKey");
    refused(&s3.west("GET", "/akidb-nowhere/k", "", "").await, 404, "NoSuchBucket");
    refused(&s3.east("PUT", &key, "", "x").await, 301, "PermanentRedirect");
}

#[tokio::test]
async fn lists_come_in_pages_that_stay_right_when_keys_go() {
    let s3 = S3::start().await;
    let bucket = JOURNAL;
    for number in 0..5 {
        s3.west("PUT", &format!("{bucket}/run/{number}"), "", "a").await;
        s3.west("PUT", &format!("{bucket}/run/{number}"), "", "b").await;
    }
    s3.west("PUT", &format!("{bucket}/other/x"), "", "a").await;
    let between = |text: &str, tag: &str| {
        let inner = text.split(&format!("<{tag}>")).nth(1)?;
        Some(inner.split('<').next()?.to_owned())
    };
    let first = s3.west("GET", &format!("{bucket}?list-type=2&prefix=run/&max-keys=2"), "", "").await.text();
    let token = between(&first, "NextContinuationToken").unwrap();
    // The keys of the first page go, and none of the second is missed.
    s3.west("DELETE", &format!("{bucket}/run/0"), "", "").await;
    s3.west("DELETE", &format!("{bucket}/run/1"), "", "").await;
    let path = format!("{bucket}?list-type=2&prefix=run/&max-keys=10&continuation-token={token}");
    let second = s3.west("GET", &path, "", "").await.text();
    assert_eq!(second.matches("<Contents>").count(), 3, "{second}");
    let folders = s3.west("GET", &format!("{bucket}?list-type=2&delimiter=/&max-keys=1"), "", "").await.text();
    assert!(folders.contains("<Prefix>other/</Prefix>") && folders.contains("<IsTruncated>true<"), "{folders}");

    let (mut markers, mut seen, mut pages) = (String::new(), 0, 0);
    loop {
        let text = s3.west("GET", &format!("{bucket}?versions&prefix=run/&max-keys=3{markers}"), "", "").await.text();
        seen += text.matches("<VersionId>").count();
        pages += 1;
        let Some(key) = between(&text, "NextKeyMarker") else { break };
        markers = format!("&key-marker={key}&version-id-marker={}", between(&text, "NextVersionIdMarker").unwrap());
    }
    assert_eq!((seen, pages), (12, 4), "ten versions and two markers");
}

#[tokio::test]
async fn a_copy_has_the_same_content_and_a_version_of_its_own() {
    let s3 = S3::start().await;
    let put = s3.west("PUT", &format!("{JOURNAL}/a"), "x-amz-meta-run: 7\r\n", "hello").await;
    let source = format!("x-amz-copy-source: {JOURNAL}/a?versionId={}\r\n", version(&put));
    let copy = s3.west("PUT", &format!("{JOURNAL}/b%20c"), &source, "").await;
    assert!(copy.text().contains("5d41402abc4b2a76b9719d911017c592"), "{}", copy.text());
    assert_eq!(copy.header("x-amz-copy-source-version-id"), put.header("x-amz-version-id"));
    let read = s3.west("GET", &format!("{JOURNAL}/b%20c"), "", "").await;
    assert_eq!((read.text().as_str(), read.header("x-amz-meta-run")), ("hello", Some("7")));
    let nothing = format!("x-amz-copy-source: {JOURNAL}/never\r\n");
    refused(&s3.west("PUT", &format!("{JOURNAL}/d"), &nothing, "").await, 404, "NoSuchKey");
}

#[tokio::test]
async fn expired_credentials_are_refused_by_every_service_of_a_region() {
    let s3 = S3::start().await;
    s3.simulator.perform(Action::Credentials { regions: vec![Region::UsEast1], expired: true }).unwrap();
    refused(&s3.east("GET", &format!("{HERE}?list-type=2"), "", "").await, 400, "ExpiredToken");
    let sts = address(&s3.simulator, Service::Sts, Region::UsEast1);
    refused(&common::form(&sts, "Action=GetCallerIdentity").await.unwrap(), 403, "ExpiredToken");
    assert_eq!(s3.west("GET", &format!("{JOURNAL}?list-type=2"), "", "").await.status, 200);
    s3.simulator.trigger("calm-day").unwrap();
    assert_eq!(s3.east("GET", &format!("{HERE}?list-type=2"), "", "").await.status, 200);
}
