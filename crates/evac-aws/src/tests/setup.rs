//! What is wrong before the first call.

use evac_core::{
    Source,
    SourceErrorKind::{Denied, Service, Setup},
    Stack,
};

use super::{
    STACK, SetClock, World, connected, failure,
    server::{Reply, Server},
};

#[tokio::test]
async fn a_config_file_that_is_not_there_is_told_by_every_port_of_the_region_and_by_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let text = format!("{STACK}\n[regions.us-west-2.aws]\nconfig_file = \"nowhere\"\n");
    let stack = Stack::parse(&text).unwrap();
    let connection = connected(&stack, &directory, &SetClock::at("2026-03-04T05:06:07Z")).await;
    let of_region = connection.ports.iter().filter(|port| port.id().region.as_str() == "us-west-2");
    let mut count = 0;
    for port in of_region {
        let error = failure(&port.sample().await, Setup);
        assert!(error.message.contains("nowhere") && error.message.contains("config_file"), "{error}");
        count += 1;
    }
    assert_eq!(count, 8);
    assert!(connection.ports.iter().any(|port| port.id().region.as_str() == "us-east-1"));
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_denied_before_anything_is_sent() {
    let server = Server::start(|_| Reply::ok("")).await;
    let world = World::at(&server, "[regions.us-west-2.aws]\nprofile = \"nobody\"").await;
    let error = failure(&world.ask(Source::Identity, "us-west-2").await, Denied);
    assert!(error.message.contains("nobody"), "{error}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_told_by_every_source_and_taken_up_when_it_comes() {
    let server = Server::start(|_| Reply::refusal(500, "InternalFailure", "down")).await;
    let world = World::at(&server, "[regions.us-west-2.aws]\nprofile = \"nobody\"").await;
    for source in [Source::Identity, Source::Cluster, Source::Identity, Source::Metrics] {
        let error = failure(&world.ask(source, "us-west-2").await, Denied);
        assert!(error.message.contains("nobody"), "{source:?}: {error}");
    }
    let file = world.directory.path().join("aws-config");
    let keys = "[profile nobody]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n";
    std::fs::write(&file, keys).unwrap();
    // The one that takes it up may be the next: the profile is read anew after a failure.
    let _ = world.ask(Source::Identity, "us-west-2").await;
    failure(&world.ask(Source::Identity, "us-west-2").await, Service);
    assert!(!server.requests().is_empty());
}

#[tokio::test]
async fn a_stack_has_one_port_for_each_source_that_is_asked_on_aws() {
    let server = Server::start(|_| Reply::ok("")).await;
    let canary = "[canary]\nfrom = \"us-east-1\"\nkey = \"evac-canary\"\nevery = \"1m\"";
    let world = World::at(&server, canary).await;
    let mut expected = Vec::new();
    for (region, _) in world.stack.ordered_regions() {
        let sources = Source::of(&world.stack, region).into_iter().filter(crate::ports::is_on_aws);
        expected.extend(sources.map(|source| format!("{region} {}", source.word())));
    }
    let found: Vec<_> = world.connection.ports.iter().map(|port| port.id().to_string()).collect();
    assert_eq!(found, expected);
    assert!(found.contains(&"us-west-2 canary".to_owned()) && found.contains(&"us-east-1 cost".to_owned()));
    for port in &world.connection.ports {
        for call in port.calls() {
            assert!(call.per_sample > 0.0 && call.usd >= 0.0 && call.usd <= 0.01, "{call:?}");
        }
        assert!(!port.calls().is_empty(), "{} says nothing of its calls", port.id());
    }
    assert_eq!(server.requests().len(), 0, "making the ports calls nothing");
}
