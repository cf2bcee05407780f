//! What a run keeps on AWS of itself: the lease in its table, the journal's copies in their buckets.

use evac_core::Stack;
use evac_engine::run::{LeaseFailure, LeaseItem, LeaseStore as _, ObjectStore};

use super::{
    World,
    server::{Reply, Request, Server},
};

const LEASE: &str = "[lease]\ntable = \"evac-lease\"\nregions = [\"us-east-1\", \"us-west-2\"]\nttl = \"5s\"\n";

/// A world whose lease table is at one server in each of its two regions.
async fn table(east: &str, west: &str) -> World {
    let endpoints = |region: &str, url: &str| format!("[regions.{region}.aws]\nendpoints.dynamodb = \"{url}\"\n");
    let mut more = format!("{LEASE}{}", endpoints("us-east-1", east));
    more.push_str(&endpoints("us-west-2", west));
    World::at_url(east, &more).await
}

async fn opened(world: &World) -> crate::DynamoLease {
    crate::lease(&world.stack, world.directory.path()).await.unwrap()
}

fn refusal(code: &str) -> Reply {
    Reply::new(400, format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"no"}}"#))
}

fn body(request: &Request) -> serde_json::Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn second() -> LeaseItem {
    LeaseItem { version: 2, token: "ab".to_owned(), ..LeaseItem::default() }
}

#[tokio::test]
async fn an_item_is_written_on_the_version_before_it_and_read_consistently() {
    let server = Server::start(|_| Reply::ok("{}")).await;
    let world = table(&server.url, &server.url).await;
    let lease = opened(&world).await;
    lease.write(&LeaseItem { version: 1, ..second() }).await.unwrap();
    lease.write(&second()).await.unwrap();
    assert_eq!(lease.read().await, Ok(None));
    let requests = server.requests();
    let [first, next, read] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(body(first)["ConditionExpression"], "attribute_not_exists(#key)");
    assert_eq!(body(first)["Item"]["stack"]["S"], "akidb");
    assert_eq!(body(next)["ConditionExpression"], "#version = :before");
    assert_eq!(body(next)["ExpressionAttributeValues"][":before"]["N"], "1");
    assert_eq!(body(next)["Item"]["version"]["N"], "2");
    assert_eq!(body(read)["ConsistentRead"], true);
    assert_eq!(body(read)["Key"]["stack"]["S"], "akidb");
    assert!(requests.iter().all(|request| request.header("amz-sdk-request") == "attempt=1; max=1"));
}

#[tokio::test]
async fn another_write_that_was_quicker_is_a_conflict_in_whichever_region_it_was() {
    for code in ["ConditionalCheckFailedException", "ReplicatedWriteConflictException", "TransactionConflictException"]
    {
        let server = Server::start(move |_| refusal(code)).await;
        let world = table(&server.url, &server.url).await;
        assert_eq!(opened(&world).await.write(&second()).await, Err(LeaseFailure::Conflict), "{code}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn the_next_region_is_asked_where_the_one_before_certainly_did_nothing() {
    let throttled = Server::start(|_| refusal("ThrottlingException")).await;
    let gone = Server::start(|_| Reply::Close).await.url.clone();
    for east in [throttled.url.clone(), gone] {
        let west = Server::start(|_| Reply::ok("{}")).await;
        let world = table(&east, &west.url).await;
        let lease = opened(&world).await;
        lease.write(&second()).await.unwrap();
        lease.write(&second()).await.unwrap();
        assert_eq!(west.requests().len(), 2);
    }
    let server = Server::start(|_| refusal("AccessDeniedException")).await;
    let world = table(&server.url, &server.url).await;
    let refused = opened(&world).await.write(&second()).await.unwrap_err();
    assert!(matches!(&refused, LeaseFailure::Refused(why) if why.contains("us-east-1") && why.contains("us-west-2")));
}

#[tokio::test]
async fn a_write_without_an_answer_is_unknown_and_asked_about_elsewhere() {
    for reply in [|| Reply::Close, || Reply::Silence, || Reply::new(500, r#"{"__type":"InternalServerError"}"#)] {
        let east = Server::start(move |_| reply()).await;
        let west = Server::start(|_| Reply::ok("{}")).await;
        let world = table(&east.url, &west.url).await;
        let lease = opened(&world).await;
        assert!(matches!(lease.write(&second()).await, Err(LeaseFailure::Unknown(_))));
        assert_eq!(west.requests().len(), 0, "it is written once");
        assert_eq!(lease.read().await, Ok(None));
        assert_eq!((east.requests().len(), west.requests().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_lease_is_read_wherever_it_can_be_and_a_stack_without_a_table_has_none() {
    let east = Server::start(|_| Reply::Silence).await;
    let item = r#"{"Item":{"stack":{"S":"akidb"},"version":{"N":"9"},"token":{"S":"ff"},"epoch":{"N":"4"}}}"#;
    let west = Server::start(move |_| Reply::ok(item)).await;
    let world = table(&east.url, &west.url).await;
    let read = opened(&world).await.read().await.unwrap().unwrap();
    assert_eq!((read.version, read.lease.epoch, read.lease.holder), (9, 4, None));
    let stack = Stack::parse(super::STACK).unwrap();
    assert!(crate::lease(&stack, world.directory.path()).await.is_none());
}

#[tokio::test]
async fn copies_are_put_got_and_listed_to_the_end() {
    let answer = |request: &Request| match request.line.as_str() {
        line if line.starts_with("PUT") => Reply::ok(""),
        line if line.contains("absent") => Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>"),
        line if line.contains("list-type=2") => {
            let page = |key: &str, more: &str| {
                Reply::ok(format!("<ListBucketResult><Contents><Key>{key}</Key></Contents>{more}</ListBucketResult>"))
            };
            match line.contains("continuation-token=next") {
                true => page("evac/runs/a", ""),
                false => page("evac/runs/b", "<NextContinuationToken>next</NextContinuationToken>"),
            }
        }
        _ => Reply::ok("journal"),
    };
    let server = Server::start(answer).await;
    let world = World::at(&server, "[journal.buckets]\nus-west-2 = \"akidb-us-west-2\"\n").await;
    let mirror = crate::mirror(&world.stack, world.directory.path()).await;
    assert_eq!((mirror.prefix.as_str(), mirror.buckets.len()), ("evac/runs/", 1));
    let store: &dyn ObjectStore = &*mirror.buckets[0];
    assert_eq!(store.region().as_str(), "us-west-2");
    store.put("evac/runs/r/journal", b"lines".to_vec()).await.unwrap();
    assert_eq!(store.get("evac/runs/r/journal").await.unwrap().unwrap(), b"journal");
    assert_eq!(store.get("absent").await, Ok(None));
    assert_eq!(store.list("evac/runs/").await.unwrap(), ["evac/runs/a", "evac/runs/b"]);
    let requests = server.requests();
    assert_eq!(requests[0].line, "PUT /akidb-us-west-2/evac/runs/r/journal?x-id=PutObject");
}

/// Runs are named by their date and listed in that order: what is cut off is the run that somebody wants to take over.
#[tokio::test]
async fn a_bucket_with_the_journals_of_years_shows_the_newest() {
    const PAGES: usize = 12;
    let server = Server::start(|request| {
        let page = (0..PAGES).find(|page| request.line.contains(&format!("continuation-token=page-{page:02}")));
        let page = page.unwrap_or_default();
        let keys: String = (0..1_000)
            .map(|number| format!("<Contents><Key>evac/runs/{:05}</Key></Contents>", page * 1_000 + number))
            .collect();
        let next = page + 1;
        let more = match next < PAGES {
            true => format!("<NextContinuationToken>page-{next:02}</NextContinuationToken>"),
            false => String::new(),
        };
        Reply::ok(format!("<ListBucketResult>{keys}{more}</ListBucketResult>"))
    })
    .await;
    let world = World::at(&server, "[journal.buckets]\nus-west-2 = \"akidb-us-west-2\"\n").await;
    let mirror = crate::mirror(&world.stack, world.directory.path()).await;
    let keys = mirror.buckets[0].list("evac/runs/").await.unwrap();
    assert_eq!((keys.len(), keys.last().unwrap().as_str()), (PAGES * 1_000, "evac/runs/11999"));
}
