//! The simulator as a whole: its files, its scenarios, its clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;

use common::{address, ask, form, soon, world};
use evac_core::stack::Stack;
use evac_sim::{
    Options, SimError, Simulator, scenarios,
    topology::{Region, Service},
    trigger,
};
use jiff::SignedDuration;
use serde_json::Value;

#[tokio::test]
async fn the_stack_file_is_a_stack_at_every_speed() {
    for speed in [1, 10, 60, 1000] {
        let directory = tempfile::tempdir().unwrap();
        let simulator = Simulator::start(Options { speed, ..Options::new(directory.path()) }).await.unwrap();
        let text = fs::read_to_string(directory.path().join("stack.toml")).unwrap();
        let stack = Stack::parse(&text).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"));
        assert_eq!(stack.regions.len(), 3);
        assert_eq!(stack.replication.len(), 6);
        assert_eq!(stack.primary().unwrap().as_str(), "us-east-1");
        assert_eq!(stack.clock.rate, f64::from(speed));
        // Every endpoint of the file is one that listens.
        let known: Vec<String> = simulator.addresses().into_iter().map(|(.., url)| url).collect();
        for (id, _) in stack.ordered_regions() {
            let access = stack.aws_access(id);
            for service in ["rds", "sts", "cloudwatch", "s3", "route53", "cost-explorer"] {
                assert!(known.iter().any(|url| Some(url.as_str()) == access.endpoints.of(service)), "{id} {service}");
            }
        }
        simulator.shut_down().await;
    }
}

#[tokio::test]
async fn the_aws_config_and_the_kubeconfig_name_every_region_and_endpoint() {
    let (simulator, directory) = world(None).await;
    let config = fs::read_to_string(directory.path().join("aws-config")).unwrap();
    let kubeconfig: Value =
        serde_json::from_str(&fs::read_to_string(directory.path().join("kubeconfig")).unwrap()).unwrap();
    for region in Region::ALL {
        assert!(config.contains(&format!("[profile {region}]")));
        let contexts = kubeconfig["contexts"].as_array().unwrap();
        assert!(contexts.iter().any(|context| context["name"] == region.name()));
    }
    for (service, place, url) in simulator.addresses() {
        match service {
            // A profile knows the endpoint of its own region; the stack file knows all five.
            Service::RoutingControl if place.region().is_none() => {}
            Service::Kubernetes => assert!(kubeconfig.to_string().contains(&url)),
            Service::Probe => {}
            _ => assert!(config.contains(&format!("endpoint_url = {url}\n"))),
        }
    }
    simulator.shut_down().await;
}

#[tokio::test]
async fn every_scenario_can_be_triggered_from_outside_and_healed() {
    let (simulator, directory) = world(None).await;
    for summary in scenarios() {
        soon(trigger(directory.path(), summary.name)).await.unwrap();
        assert_eq!(simulator.running().last().map(String::as_str), Some(summary.name));
        simulator.clock().advance(SignedDuration::from_mins(6));
        simulator.catch_up();
    }
    soon(trigger(directory.path(), "calm-day")).await.unwrap();
    simulator.settle().await;
    for (service, region, _) in simulator.addresses() {
        let address = address(&simulator, service, region);
        let answer = soon(ask(&address, "GET", "/healthz", "", "")).await;
        assert!(answer.is_ok(), "{service} {region}: {answer:?}");
    }
    simulator.shut_down().await;
}

#[tokio::test]
async fn wrong_names_and_absent_simulators_are_told_clearly() {
    let (simulator, directory) = world(None).await;
    let error = trigger(directory.path(), "region-lose").await.unwrap_err().to_string();
    assert!(error.contains("did you mean `region-loss`?"), "{error}");
    let options = Options { scenario: Some("nonsense".to_owned()), ..Options::new(directory.path()) };
    assert!(matches!(Simulator::start(options).await, Err(SimError::UnknownScenario { .. })));
    simulator.shut_down().await;
    let error = trigger(directory.path(), "calm-day").await.unwrap_err();
    assert!(matches!(error, SimError::NotRunning { .. }), "{error}");
}

#[tokio::test]
async fn every_answer_bears_the_virtual_date_and_a_skewed_region_another() {
    let (simulator, _directory) = world(Some("skewed-clock")).await;
    for (service, region, _) in simulator.addresses() {
        let answer = ask(&address(&simulator, service, region), "GET", "/healthz", "", "").await.unwrap();
        let expected = if region == Region::EuWest1 { "12:04:00" } else { "12:00:00" };
        let expected = format!("sun, 22 nov 2026 {expected} gmt");
        assert_eq!(answer.header("date"), Some(expected.as_str()), "{service} {region}");
    }
    simulator.clock().advance(SignedDuration::from_mins(11));
    simulator.catch_up();
    let probe = address(&simulator, Service::Probe, Region::EuWest1);
    let answer = ask(&probe, "GET", "/healthz", "", "").await.unwrap();
    assert_eq!(answer.header("date"), Some("sun, 22 nov 2026 12:04:00 gmt"));
    simulator.shut_down().await;
}

#[tokio::test]
async fn regions_can_tell_different_stories_about_the_global_cluster() {
    let (simulator, _directory) = world(Some("split-view")).await;
    let mut stories = Vec::new();
    for region in Region::ALL {
        let rds = address(&simulator, Service::Rds, region);
        let text = form(&rds, "Action=DescribeGlobalClusters&Version=2014-10-31").await.unwrap().text();
        let writer = text.split("<IsWriter>true").next().unwrap().rsplit("<DBClusterArn>").next().unwrap().to_owned();
        stories.push(writer.split('<').next().unwrap().rsplit(':').next().unwrap().to_owned());
    }
    assert_eq!(stories, ["akidb-use1", "akidb-usw2", "akidb-use1"]);
    simulator.shut_down().await;
}

#[tokio::test]
async fn the_control_api_steers_the_clock_and_shows_the_state() {
    let (simulator, _directory) = world(None).await;
    let control = simulator.control().to_owned();
    let state = ask(&control, "POST", "/clock", "", r#"{"advance": "1h", "speed": 10}"#).await.unwrap();
    let state: Value = serde_json::from_slice(&state.body).unwrap();
    assert_eq!(state["now"], "2026-11-22T13:00:00Z");
    assert_eq!((&state["speed"], &state["paused"]), (&Value::from(10), &Value::from(true)));
    let hang = r#"{"region": "us-west-2", "service": "s3", "kind": "hang"}"#;
    let state = ask(&control, "POST", "/faults", "", hang).await.unwrap();
    assert!(state.text().contains(r#""fault":{"kind":"hang"}"#), "{}", state.text());
    let state = ask(&control, "POST", "/heal", "", "").await.unwrap();
    assert!(!state.text().contains("hang"), "{}", state.text());
    for (path, body, status) in [
        ("/faults", r#"{"kind": "sulk"}"#, 400),
        ("/faults", "no json", 400),
        ("/clock", r#"{"backwards": true}"#, 400),
        ("/trigger", r#"{"scenario": "x"}"#, 404),
        ("/nothing", "", 404),
    ] {
        assert_eq!(ask(&control, "POST", path, "", body).await.unwrap().status, status, "{path} {body}");
    }
    simulator.shut_down().await;
}
