//! What is asked before anything is done: routing controls, STOP objects, Terraform's states and locks, the lease.

use evac_core::{Reading, Source, SourceErrorKind};

use super::{
    World, failure,
    server::{DATE, Reply, Request, Server},
};

const CONTROL: &str = "arn:aws:route53-recovery-control::1:controlpanel/p/routingcontrol/r";

async fn reading(world: &World, source: Source, region: &str) -> Reading {
    world.ask(source, region).await.result.unwrap().reading
}

fn controlled(url: &str) -> String {
    format!(
        "[traffic.routing_control.endpoints]\nus-east-1 = \"{url}\"\nap-southeast-2 = \"{url}\"\n\
         [traffic.routing_control.controls]\nus-east-1 = \"{CONTROL}\"\nus-west-2 = \"{CONTROL}2\"\n"
    )
}

#[tokio::test]
async fn routing_controls_are_asked_at_every_endpoint_and_the_silent_ones_are_named() {
    let state = |request: &Request| {
        let second = request.asks("routingcontrol/r2");
        let (arn, state) = if second { (format!("{CONTROL}2"), "Off") } else { (CONTROL.to_owned(), "On") };
        Reply::ok(format!(r#"{{"RoutingControlArn":"{arn}","RoutingControlState":"{state}"}}"#))
    };
    let server = Server::start(move |request| match request.header("authorization").contains("/us-east-1/") {
        true => Reply::new(403, r#"{"__type":"AccessDeniedException","message":"no"}"#),
        false => state(request),
    })
    .await;
    let world = World::at(&server, &controlled(&server.url)).await;
    let Reading::RoutingControl(read) = reading(&world, Source::RoutingControl, "us-east-1").await else { panic!() };
    assert_eq!(read.states.values().copied().collect::<Vec<_>>(), [true, false]);
    assert_eq!(read.answered.first().unwrap().as_str(), "ap-southeast-2");
    assert!(read.silent.values().next().unwrap().contains("AccessDenied"), "{read:?}");
    let endpoints = world.connection.endpoints();
    let asked = endpoints.iter().filter(|endpoint| endpoint.service == "routing-control");
    assert_eq!(asked.map(|endpoint| endpoint.region.as_str()).collect::<Vec<_>>(), ["ap-southeast-2", "us-east-1"]);
    let silent = Server::start(|_| Reply::new(403, r#"{"__type":"AccessDeniedException"}"#)).await;
    let world = World::at(&silent, &controlled(&silent.url)).await;
    failure(&world.ask(Source::RoutingControl, "us-east-1").await, SourceErrorKind::Denied);
}

const MARKED: &str = "[traffic.stop.us-east-1]\nregion = \"us-west-2\"\nbucket = \"akidb-us-west-2\"\n\
    key = \"evac/stop/us-east-1\"\n[[freeze.terraform]]\nregion = \"us-west-2\"\nbucket = \"states\"\nkey = \"akidb.tfstate\"\n";

fn absent() -> Reply {
    Reply::new(404, "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>")
}

#[tokio::test]
async fn a_regions_markers_are_its_stop_objects_and_states() {
    let server = Server::start(|request| match request.line.as_str() {
        line if line.contains("/states/akidb.tfstate.tflock") => {
            Reply::object(r#"{"ID":"4f0c","Operation":"OperationTypeApply","Who":"ada@build"}"#)
        }
        line if line.contains("/states/akidb.tfstate") => Reply::object(
            r#"{"resources":[{"mode":"managed","type":"aws_rds_cluster","name":"second","instances":[
                {"attributes":{"id":"akidb-usw2","global_cluster_identifier":"akidb"}}]}]}"#,
        ),
        _ => absent(),
    })
    .await;
    let world = World::at(&server, MARKED).await;
    let Reading::Markers(read) = reading(&world, Source::Markers, "us-west-2").await else { panic!() };
    assert_eq!(
        read.stops.into_iter().map(|(region, is)| (region.to_string(), is)).collect::<Vec<_>>(),
        [("us-east-1".to_owned(), false)]
    );
    let [state] = read.states.as_slice() else { panic!("{:?}", read.states) };
    assert_eq!(state.lock.as_ref().unwrap().who, "ada@build");
    assert_eq!((state.resources[0].address.as_str(), &state.failure), ("aws_rds_cluster.second", &None));
    assert!(Source::of(&world.stack, &"us-east-1".parse().unwrap()).iter().all(|source| *source != Source::Markers));
}

#[tokio::test]
async fn a_state_that_cannot_be_read_says_why_and_hides_no_stop_object() {
    let server = Server::start(|request| match request.line.as_str() {
        line if line.contains(".tflock") => absent(),
        line if line.contains("tfstate") => Reply::new(403, "<Error><Code>AccessDenied</Code></Error>"),
        _ => Reply::object("stop"),
    })
    .await;
    let world = World::at(&server, MARKED).await;
    let Reading::Markers(read) = reading(&world, Source::Markers, "us-west-2").await else { panic!() };
    assert_eq!(read.stops.values().copied().collect::<Vec<_>>(), [true]);
    assert!(read.states[0].failure.as_ref().unwrap().contains("AccessDenied"));
    assert_eq!(read.states[0].lock, None);
}

#[tokio::test]
async fn the_lease_is_read_in_the_next_region_when_one_fails() {
    let item = r#"{"Item":{"stack":{"S":"akidb"},"version":{"N":"9"},"token":{"S":"ff"},"epoch":{"N":"4"},
        "holder":{"M":{"run":{"S":"r1"},"holder":{"S":"ada@desk"},"purpose":{"S":"failover"},
        "since":{"S":"2026-03-04T05:06:07Z"},"renewals":{"N":"2"},"ttl":{"N":"20"}}}}}"#;
    let server = Server::start(move |request| match request.header("authorization").contains("/us-east-2/") {
        true => Reply::new(400, r#"{"__type":"AccessDeniedException"}"#),
        false => Reply::ok(item),
    })
    .await;
    let more = "[lease]\ntable = \"evac-lease\"\nregions = [\"us-east-2\", \"us-west-2\"]\n";
    let world = World::at(&server, more).await;
    let answer = world.ask(Source::Lease, "us-east-1").await;
    assert_eq!(answer.source_clock.unwrap().to_string(), "2026-03-04T05:06:30Z", "{DATE}");
    let Reading::Lease(lease) = answer.result.unwrap().reading else { panic!() };
    assert_eq!((lease.epoch, lease.holder.unwrap().holder.as_str()), (4, "ada@desk"));
    let never = Server::start(|_| Reply::ok("{}")).await;
    let world = World::at(&never, more).await;
    let Reading::Lease(lease) = reading(&world, Source::Lease, "us-east-1").await else { panic!() };
    assert_eq!((lease.epoch, lease.holder, lease.last), (0, None, None));
}
