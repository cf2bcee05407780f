//! The levers on traffic at the wire: records and their changes, health checks, routing controls, STOP objects, and
//! what users are answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod resolution;

use std::collections::BTreeMap;

use common::{Answer, address, ask, soon, world};
use evac_sim::{
    Fault, FaultTarget, Simulator,
    topology::{CheckKind, Place, Region, Service, control_panel, safety_rule},
};
use jiff::SignedDuration;
use resolution::addresses;
use serde_json::{Value, json};

const ZONE: &str = "/2013-04-01/hostedzone/Z04AKIDB3REGIONS20XY/rrset";

fn advance(simulator: &Simulator, seconds: i64) {
    simulator.clock().advance(SignedDuration::from_secs(seconds));
    simulator.catch_up();
}

async fn route53(simulator: &Simulator, method: &str, path: &str, body: &str) -> Answer {
    ask(&address(simulator, Service::Route53, Region::UsEast1), method, path, "", body).await.unwrap()
}

fn change(action: &str, region: Region, rest: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
         <ChangeBatch><Comment>evac</Comment><Changes><Change><Action>{action}</Action><ResourceRecordSet>\
         <Name>api.akidb.example</Name><Type>A</Type><SetIdentifier>{region}</SetIdentifier>\
         <Region>{region}</Region>{rest}</ResourceRecordSet></Change></Changes></ChangeBatch>\
         </ChangeResourceRecordSetsRequest>"
    )
}

fn values(address: &str) -> String {
    format!("<TTL>60</TTL><ResourceRecords><ResourceRecord><Value>{address}</Value></ResourceRecord></ResourceRecords>")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).unwrap_or_else(|| panic!("{before} in {text}")).split(after).next().unwrap()
}

async fn cluster(simulator: &Simulator, place: Place, operation: &str, input: &Value) -> (u16, Value) {
    let headers =
        format!("content-type: application/x-amz-json-1.0\r\nx-amz-target: ToggleCustomerAPI.{operation}\r\n");
    let endpoint = address(simulator, Service::RoutingControl, place);
    let answer = ask(&endpoint, "POST", "/", &headers, &input.to_string()).await.unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

fn entries(states: &[(Region, &str)]) -> Value {
    let entry = |(region, state): &(Region, &str)| json!({"RoutingControlArn": region.routing_control(), "RoutingControlState": state});
    json!({"UpdateRoutingControlStateEntries": states.iter().map(entry).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_changed_record_is_pending_then_in_sync_and_users_are_answered_with_it_by_and_by() {
    let (simulator, _directory) = world(None).await;
    let here = simulator.resolvers()[0].1;
    assert_eq!(addresses(here, "api.akidb.example.").await, ["192.0.2.10"]);
    let body = change("UPSERT", Region::UsEast1, &values("192.0.2.99"));
    let answer = route53(&simulator, "POST", ZONE, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("<Status>PENDING</Status>") && answer.text().contains("<Comment>evac</Comment>"));
    let id = between(&answer.text(), "<Id>/change/", "</Id>").to_owned();
    let records = route53(&simulator, "GET", ZONE, "").await.text();
    assert!(records.contains("192.0.2.99"), "the control plane has it at once");
    let change = format!("/2013-04-01/change/{id}");
    assert!(route53(&simulator, "GET", &change, "").await.text().contains("PENDING"));
    assert_eq!(addresses(here, "api.akidb.example.").await, ["192.0.2.10"], "the name servers have not");
    advance(&simulator, 61);
    assert!(route53(&simulator, "GET", &change, "").await.text().contains("INSYNC"));
    advance(&simulator, 60);
    assert_eq!(addresses(here, "api.akidb.example.").await, ["192.0.2.99"]);
    simulator.shut_down().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_change_is_told_by_its_code() {
    let (simulator, _directory) = world(None).await;
    let unknown = format!("{}<HealthCheckId>00000000-0000-0000-0000-000000000000</HealthCheckId>", values("192.0.2.1"));
    let alias = "<AliasTarget><DNSName>x.</DNSName></AliasTarget>".to_owned();
    let cases = [
        (change("CREATE", Region::UsEast1, &values("192.0.2.1")), 400, "InvalidChangeBatch"),
        (change("DELETE", Region::UsEast1, &values("192.0.2.1")), 400, "InvalidChangeBatch"),
        (change("UPSERT", Region::UsEast1, &unknown), 404, "NoSuchHealthCheck"),
        (change("UPSERT", Region::UsEast1, ""), 400, "InvalidInput"),
        (change("UPSERT", Region::UsEast1, &alias), 400, "InvalidInput"),
        (change("REPLACE", Region::UsEast1, &values("192.0.2.1")), 400, "InvalidInput"),
        ("<ChangeResourceRecordSetsRequest>".to_owned(), 400, "InvalidInput"),
        ("not XML".to_owned(), 400, "InvalidInput"),
    ];
    for (body, status, code) in cases {
        let answer = route53(&simulator, "POST", ZONE, &body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert!(answer.text().contains(&format!("<Code>{code}</Code>")), "{body}: {}", answer.text());
        advance(&simulator, 1);
    }
    let zone = ZONE.replace("Z04AKIDB3REGIONS20XY", "ZNOPE");
    let answer = route53(&simulator, "POST", &zone, &change("UPSERT", Region::UsEast1, &values("192.0.2.1"))).await;
    assert!(answer.text().contains("<Code>NoSuchHostedZone</Code>"), "{}", answer.text());
    let answer = route53(&simulator, "GET", "/2013-04-01/change/CNOPE", "").await;
    assert!(answer.status == 404 && answer.text().contains("<Code>NoSuchChange</Code>"), "{}", answer.text());
    simulator.shut_down().await;
}

#[tokio::test]
async fn every_kind_of_health_check_is_listed_and_can_be_inverted() {
    let (simulator, _directory) = world(None).await;
    let listed = route53(&simulator, "GET", "/2013-04-01/healthcheck", "").await.text();
    for (kind, count) in [("HTTPS", 3), ("CALCULATED", 3), ("RECOVERY_CONTROL", 3), ("HTTP", 3)] {
        assert_eq!(listed.matches(&format!("<Type>{kind}</Type>")).count(), count, "{kind}");
    }
    let region = Region::UsEast1;
    let calculated = format!("/2013-04-01/healthcheck/{}", region.check(CheckKind::Calculated));
    let text = route53(&simulator, "GET", &calculated, "").await.text();
    for child in CheckKind::CHILDREN {
        assert!(text.contains(&format!("<ChildHealthCheck>{}</ChildHealthCheck>", region.check(child))), "{text}");
    }
    assert!(text.contains("<HealthThreshold>3</HealthThreshold>"), "{text}");
    let status = route53(&simulator, "GET", &format!("{calculated}/status"), "").await;
    assert!(status.status == 400 && status.text().contains("InvalidInput"), "{}", status.text());
    let stop = format!("/2013-04-01/healthcheck/{}", region.check(CheckKind::Stop));
    let text = route53(&simulator, "GET", &stop, "").await.text();
    assert!(text.contains("<Inverted>true</Inverted>") && text.contains("/evac/stop/us-east-1"), "{text}");
    let status = route53(&simulator, "GET", &format!("{stop}/status"), "").await.text();
    assert_eq!(status.matches("Failure: HTTP Status Code 404").count(), 16, "{status}");
    let update = |version: i64| {
        format!(
            "<UpdateHealthCheckRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <HealthCheckVersion>{version}</HealthCheckVersion><Inverted>true</Inverted></UpdateHealthCheckRequest>"
        )
    };
    let answer = route53(&simulator, "POST", &calculated, &update(7)).await;
    assert!(answer.status == 409 && answer.text().contains("HealthCheckVersionMismatch"), "{}", answer.text());
    let answer = route53(&simulator, "POST", &calculated, &update(1)).await;
    assert!(answer.text().contains("<HealthCheckVersion>2</HealthCheckVersion>"), "{}", answer.text());
    advance(&simulator, 60);
    let here = simulator.resolvers()[0].1;
    assert_eq!(addresses(here, "api.akidb.example.").await, ["198.51.100.10"], "inverted, the region is out");
    simulator.shut_down().await;
}

#[tokio::test]
async fn routing_controls_are_set_at_any_endpoint_and_one_stays_on() {
    let (simulator, _directory) = world(None).await;
    let (tokyo, here) = (Place::ApNortheast1, Place::from(Region::UsWest2));
    let (status, listed) = cluster(&simulator, tokyo, "ListRoutingControls", &json!({})).await;
    assert_eq!(status, 200);
    let controls = listed["RoutingControls"].as_array().unwrap();
    assert!(controls.len() == 3 && controls.iter().all(|control| control["RoutingControlState"] == "On"), "{listed}");
    assert_eq!(controls[0]["ControlPanelArn"], control_panel());
    let all_off = entries(&Region::ALL.map(|region| (region, "Off")));
    let (status, refused) = cluster(&simulator, tokyo, "UpdateRoutingControlStates", &all_off).await;
    assert_eq!((status, &refused["__type"]), (409, &json!("ConflictException")));
    assert_eq!(refused["message"].as_str().unwrap().matches(":controlpanel/").count(), 1, "one rule is named");
    assert!(refused["message"].as_str().unwrap().contains(&safety_rule()));
    let states = entries(&[(Region::UsEast1, "Off"), (Region::UsWest2, "On")]);
    assert_eq!(cluster(&simulator, tokyo, "UpdateRoutingControlStates", &states).await, (200, json!({})));
    let one = json!({"RoutingControlArn": Region::UsEast1.routing_control()});
    let (_, state) = cluster(&simulator, here, "GetRoutingControlState", &one).await;
    assert_eq!(state["RoutingControlState"], "Off", "every endpoint says the same");
    advance(&simulator, 70);
    assert_eq!(addresses(simulator.resolvers()[0].1, "api.akidb.example.").await, ["198.51.100.10"]);
    let mut forced = all_off.clone();
    forced["SafetyRulesToOverride"] = json!([safety_rule()]);
    assert_eq!(cluster(&simulator, here, "UpdateRoutingControlStates", &forced).await.0, 200);
    advance(&simulator, 70);
    for (region, resolver) in simulator.resolvers() {
        assert_eq!(addresses(resolver, "api.akidb.example.").await, [region.address()], "all out is all in");
    }
    let eleven = entries(&[(Region::UsEast1, "On"); 11]);
    let nobody = json!({"RoutingControlArn": "arn:aws:x", "RoutingControlState": "On"});
    let odd = json!({"RoutingControlArn": Region::UsEast1.routing_control(), "RoutingControlState": "Maybe"});
    for (operation, input, status, code) in [
        ("UpdateRoutingControlStates", eleven, 402, "ServiceLimitExceededException"),
        ("UpdateRoutingControlState", nobody, 404, "ResourceNotFoundException"),
        ("UpdateRoutingControlState", odd, 400, "ValidationException"),
        ("DeleteRoutingControl", json!({}), 400, "UnknownOperationException"),
    ] {
        let (got, answer) = cluster(&simulator, here, operation, &input).await;
        assert_eq!((got, answer["__type"].as_str()), (status, Some(code)), "{operation}: {answer}");
    }
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_routing_control_needs_three_of_the_five_endpoints() {
    let (simulator, _directory) = world(None).await;
    let cut = |place: Place| FaultTarget { region: Some(place), service: Some(Service::RoutingControl) };
    let off = entries(&[(Region::UsEast1, "Off")]);
    let alive = Place::ApSoutheast2;
    for place in [Place::from(Region::UsEast1), Place::from(Region::UsWest2)] {
        simulator.set_fault(cut(place), Fault::Refuse).await;
    }
    assert_eq!(cluster(&simulator, alive, "UpdateRoutingControlStates", &off).await.0, 200, "three are left");
    simulator.set_fault(cut(Place::ApNortheast1), Fault::Hang).await;
    advance(&simulator, 10);
    let one = json!({"RoutingControlArn": Region::UsEast1.routing_control()});
    for (operation, input) in [("UpdateRoutingControlStates", &off), ("GetRoutingControlState", &one)] {
        let (status, answer) = cluster(&simulator, alive, operation, input).await;
        let code = answer["__type"].as_str().unwrap();
        assert_eq!((status, code), (503, "EndpointTemporarilyUnavailableException"));
    }
    simulator.clear_faults(FaultTarget::default()).await;
    let (_, state) = cluster(&simulator, Place::from(Region::UsEast1), "GetRoutingControlState", &one).await;
    assert_eq!(state["RoutingControlState"], "Off", "the state has survived");
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_stop_object_in_the_standby_region_takes_a_region_out_without_us_east_1() {
    let (simulator, _directory) = world(None).await;
    for service in [Service::Route53, Service::S3] {
        let target = FaultTarget { region: Some(Region::UsEast1.into()), service: Some(service) };
        simulator.set_fault(target, Fault::Refuse).await;
    }
    let s3 = address(&simulator, Service::S3, Region::UsWest2);
    let object = "/akidb-data-usw2/evac/stop/us-east-1";
    assert_eq!(ask(&s3, "PUT", object, "", "stop").await.unwrap().status, 200);
    advance(&simulator, 40 + 60);
    let here = simulator.resolvers()[0].1;
    assert_eq!(addresses(here, "api.akidb.example.").await, ["198.51.100.10"]);
    assert_eq!(ask(&s3, "DELETE", object, "", "").await.unwrap().status, 204);
    advance(&simulator, 60 + 60);
    assert_eq!(addresses(here, "api.akidb.example.").await, ["192.0.2.10"]);
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_transaction_commits_only_where_workload_and_writer_can_be_used() {
    let (simulator, _directory) = world(None).await;
    let probe = |region| address(&simulator, Service::Probe, region);
    let mut ids = Vec::new();
    for region in Region::ALL {
        let answer = ask(&probe(region), "POST", "/transaction", "", "").await.unwrap();
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, &body["committed"]), (200, &json!(true)), "{body}");
        assert_eq!((&body["region"], &body["writer"]), (&json!(region), &json!("us-east-1")));
        ids.push(body["id"].as_u64().unwrap());
    }
    assert!(ids.is_sorted_by(|one, other| one < other), "{ids:?}");
    assert_eq!(ask(&probe(Region::UsWest2), "GET", "/transaction", "", "").await.unwrap().status, 405);
    let health = ask(&probe(Region::UsWest2), "GET", "/healthz", "", "").await.unwrap();
    assert!(health.status == 200 && health.text().contains(r#""region":"us-west-2""#), "{}", health.text());
    simulator.trigger("region-loss").unwrap();
    advance(&simulator, 30);
    simulator.settle().await;
    let answer = ask(&probe(Region::UsWest2), "POST", "/transaction", "", "").await.unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("the writer in us-east-1 cannot be reached"), "{}", answer.text());
    simulator.shut_down().await;
}

#[tokio::test]
async fn the_files_name_resolvers_endpoints_controls_and_stop_objects() {
    let (simulator, directory) = world(None).await;
    let text = std::fs::read_to_string(directory.path().join("stack.toml")).unwrap();
    let stack = evac_core::stack::Stack::parse(&text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let traffic = stack.traffic.unwrap();
    let named = |(region, address): &(Region, std::net::SocketAddr)| (region.to_string(), vec![address.to_string()]);
    let resolvers: BTreeMap<_, _> = simulator.resolvers().iter().map(named).collect();
    let written = traffic.regional_resolvers.iter();
    assert_eq!(written.map(|(region, at)| (region.to_string(), at.clone())).collect::<BTreeMap<_, _>>(), resolvers);
    let routing = traffic.routing_control.unwrap();
    assert_eq!((routing.endpoints.len(), routing.controls.len()), (5, 3));
    for (place, url) in &routing.endpoints {
        let place = Place::parse(place.as_str()).unwrap();
        assert_eq!(url, &format!("http://{}", address(&simulator, Service::RoutingControl, place)));
    }
    for (region, stop) in &traffic.stop {
        assert_ne!(region, &stop.region);
        assert_eq!(stop.key, format!("evac/stop/{region}"));
    }
    for record in &traffic.records {
        let region = Region::parse(record.region.as_str()).unwrap();
        assert_eq!(record.values, [region.address()]);
        assert_eq!(record.health_check.as_ref().unwrap().as_str(), region.check(CheckKind::Calculated));
    }
    assert!(stack.regions.values().all(|region| region.transaction.is_some()));
    soon(simulator.shut_down()).await;
}
