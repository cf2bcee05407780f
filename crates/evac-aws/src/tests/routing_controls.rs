//! Routing controls, set at the endpoints of their cluster: which of them is asked, and what their answers mean together.

use evac_core::{plan::Call, run::CallAnswer};

use super::{
    World,
    acting::{USW2, body, receipt, refusal},
    server::{Reply, Server},
};

fn controls(urls: &[&str]) -> Call {
    let regions = ["us-east-1", USW2, "eu-west-1"];
    let endpoints = regions.iter().zip(urls).map(|(region, url)| (region.parse().unwrap(), (*url).to_owned()));
    let control = |name: &str| format!("arn:aws:route53-recovery-control::1:controlpanel/p/routingcontrol/{name}");
    Call::SetRoutingControls {
        endpoints: endpoints.collect(),
        states: [(control("a").parse().unwrap(), false), (control("b").parse().unwrap(), true)].into(),
    }
}

fn arc(status: u16, code: &str) -> Reply {
    Reply::new(status, format!("{{\"__type\":\"{code}\",\"message\":\"words of {code}\"}}"))
        .with("content-type", "application/x-amz-json-1.0")
}

#[tokio::test]
async fn routing_controls_are_set_at_the_first_endpoint_that_takes_them() {
    let silent = Server::start(|_| Reply::ok("{}")).await;
    let gone = silent.url.clone();
    drop(silent);
    let busy = Server::start(|_| arc(503, "EndpointTemporarilyUnavailableException")).await;
    let good = Server::start(|_| Reply::ok("{}").with("content-type", "application/x-amz-json-1.0")).await;
    let world = World::at(&good, "").await;
    let answer = world.act(&controls(&[&gone, &busy.url, &good.url])).await;
    assert_eq!(receipt(&answer)["endpoint"], "eu-west-1");
    let request = good.requests().remove(0);
    assert_eq!(request.header("x-amz-target"), "ToggleCustomerAPI.UpdateRoutingControlStates");
    assert!(request.header("authorization").contains("/eu-west-1/route53-recovery-cluster/"));
    assert_eq!(
        body(&request),
        "{\"UpdateRoutingControlStateEntries\":[\
        {\"RoutingControlArn\":\"arn:aws:route53-recovery-control::1:controlpanel/p/routingcontrol/a\",\"RoutingControlState\":\"Off\"},\
        {\"RoutingControlArn\":\"arn:aws:route53-recovery-control::1:controlpanel/p/routingcontrol/b\",\"RoutingControlState\":\"On\"}]}"
    );
    let answer = world.act(&controls(&[&gone, &busy.url])).await;
    assert!(refusal(&answer).1 && refusal(&answer).0.contains("us-west-2: "), "{answer:?}");
    assert!(!refusal(&world.act(&controls(&[])).await).1);
}

#[tokio::test]
async fn an_endpoint_that_is_lost_or_refuses_keeps_no_other_from_being_asked() {
    let good = Server::start(|_| Reply::ok("{}").with("content-type", "application/x-amz-json-1.0")).await;
    let world = World::at(&good, "[polling]\ntimeout = \"3s\"").await;
    let replies: [fn() -> Reply; 5] = [
        || Reply::Silence,
        || Reply::Close,
        || arc(500, "InternalServerException"),
        || arc(409, "ConflictException"),
        || arc(400, "AccessDeniedException"),
    ];
    for reply in replies {
        let lost = Server::start(move |_| reply()).await;
        let answer = world.act(&controls(&[&lost.url, &good.url])).await;
        assert_eq!(receipt(&answer)["endpoint"], USW2);
        assert_eq!(lost.requests().len(), 1, "nothing is repeated");
    }
}

#[tokio::test]
async fn what_no_endpoint_accepts_is_unknown_where_one_may_have_taken_it() {
    let lost = Server::start(|_| Reply::Close).await;
    let denied = Server::start(|_| arc(400, "AccessDeniedException")).await;
    let busy = Server::start(|_| arc(503, "EndpointTemporarilyUnavailableException")).await;
    let world = World::at(&denied, "").await;
    let answer = world.act(&controls(&[&lost.url, &denied.url])).await;
    let CallAnswer::Unknown { why } = &answer else { panic!("{answer:?}") };
    assert!(why.contains("us-east-1: ") && why.contains("us-west-2: "), "{why}");
    assert!(refusal(&world.act(&controls(&[&busy.url, &denied.url])).await).1);
    assert!(!refusal(&world.act(&controls(&[&denied.url, &denied.url])).await).1);
}
