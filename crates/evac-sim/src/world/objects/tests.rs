#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::world::World;

const HERE: &str = "akidb-data-use1";
const THERE: &str = "akidb-data-usw2";

fn start() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn world() -> World {
    World::new(42, start())
}

fn put(world: &mut World, bucket: &str, key: &str, body: &str) -> Version {
    let (content, now) = (Content::new(body.into(), "text/plain"), world.now());
    world.objects.write(bucket, key, content, now, &[]).unwrap()
}

fn body(world: &World, bucket: &str, key: &str) -> Option<String> {
    let (_, content) = world.objects.bucket(bucket)?.object(key)?;
    Some(String::from_utf8_lossy(&content.body).into_owned())
}

fn status(world: &World, bucket: &str, key: &str) -> Option<ReplicationStatus> {
    world.objects.bucket(bucket)?.newest(key)?.status()
}

fn minutes_later(world: &mut World, minutes: i64) {
    let now = world.now();
    world.advance_to(now + SignedDuration::from_mins(minutes));
}

#[test]
fn a_tag_is_the_md5_of_the_body() {
    assert_eq!(tag(b"hello"), "5d41402abc4b2a76b9719d911017c592");
}

#[test]
fn an_object_is_pending_until_it_has_arrived_everywhere() {
    let mut world = world();
    put(&mut world, HERE, "canary", "one");
    assert_eq!(status(&world, HERE, "canary"), Some(ReplicationStatus::Pending));
    assert!(!world.has_object(THERE, "canary"));
    minutes_later(&mut world, 2);
    assert_eq!(status(&world, HERE, "canary"), Some(ReplicationStatus::Completed));
    for copy in [THERE, "akidb-data-euw1"] {
        assert_eq!(status(&world, copy, "canary"), Some(ReplicationStatus::Replica));
    }
}

#[test]
fn deletions_stay_where_they_are_made_and_versions_remain() {
    let mut world = world();
    let first = put(&mut world, HERE, "k", "one");
    let second = put(&mut world, HERE, "k", "two");
    minutes_later(&mut world, 2);
    let now = world.now();
    let marker = world.objects.mark_deleted(HERE, "k", now).unwrap();
    minutes_later(&mut world, 5);
    assert!(!world.has_object(HERE, "k"));
    assert_eq!(body(&world, THERE, "k").as_deref(), Some("two"));
    assert_eq!(world.objects.bucket(HERE).unwrap().version("k", &first.id).unwrap().content, first.content);
    world.objects.remove(HERE, "k", &marker.id).unwrap();
    assert_eq!(body(&world, HERE, "k").as_deref(), Some("two"), "without its marker an object is back");
    world.objects.remove(HERE, "k", &second.id).unwrap();
    assert_eq!(body(&world, HERE, "k").as_deref(), Some("one"));
    assert_eq!(body(&world, THERE, "k").as_deref(), Some("two"));
}

#[test]
fn what_is_written_on_both_sides_ends_the_same_on_both() {
    let mut world = world();
    put(&mut world, HERE, "k", "east");
    put(&mut world, THERE, "k", "west");
    assert_eq!((body(&world, HERE, "k"), body(&world, THERE, "k")), (Some("east".into()), Some("west".into())));
    minutes_later(&mut world, 3);
    for bucket in [HERE, THERE, "akidb-data-euw1"] {
        assert_eq!(body(&world, bucket, "k").as_deref(), Some("west"), "{bucket}: the later one is the newest");
    }
}

#[test]
fn a_lock_travels_with_its_object_and_after_it() {
    let mut world = world();
    let retention =
        |hours| Retention { mode: LockMode::Governance, until: start() + SignedDuration::from_hours(hours) };
    let locked = |hours| Lock { retention: Some(retention(hours)), legal_hold: None };
    let now = world.now();
    let content = Content { lock: locked(1), ..Content::new(b"x".to_vec(), "text/plain") };
    let version = world.objects.write(HERE, "k", content, now, &[]).unwrap();
    let lock = |world: &World| world.objects.bucket(THERE).unwrap().object("k").unwrap().1.lock;
    minutes_later(&mut world, 2);
    assert_eq!(lock(&world), locked(1));
    let now = world.now();
    world.objects.set_lock(HERE, "k", &version.id, locked(2), now);
    assert_eq!(lock(&world), locked(1));
    minutes_later(&mut world, 2);
    assert_eq!(lock(&world), locked(2));
}

#[test]
fn what_fails_is_never_copied_and_only_data_buckets_replicate() {
    let mut world = world();
    let (now, content) = (world.now(), Content::new(b"x".to_vec(), "text/plain"));
    world.objects.write(HERE, "k", content, now, &[Region::UsWest2]).unwrap();
    put(&mut world, "akidb-evac-journal-use1", "run", "x");
    minutes_later(&mut world, 5);
    assert_eq!(status(&world, HERE, "k"), Some(ReplicationStatus::Failed));
    assert!(!world.has_object(THERE, "k") && world.has_object("akidb-data-euw1", "k"));
    assert_eq!(status(&world, "akidb-evac-journal-use1", "run"), None);
    assert!(!world.has_object("akidb-evac-journal-usw2", "run"));
}

#[test]
fn old_versions_are_forgotten_but_never_a_locked_one() {
    let mut world = world();
    let retention = Retention { mode: LockMode::Compliance, until: start() + SignedDuration::from_hours(1) };
    let lock = Lock { retention: Some(retention), legal_hold: None };
    let (now, content) = (world.now(), Content::new(b"locked".to_vec(), "text/plain"));
    let locked = world.objects.write(HERE, "k", Content { lock, ..content }, now, &[]).unwrap();
    for number in 0..200 {
        put(&mut world, HERE, "k", &number.to_string());
    }
    let bucket = world.objects.bucket(HERE).unwrap();
    let (_, versions) = bucket.keys().find(|(key, _)| *key == "k").unwrap();
    assert_eq!(versions.count(), 100);
    assert!(bucket.version("k", &locked.id).is_some());
}
