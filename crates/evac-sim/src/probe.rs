//! The stack's own public endpoint: what its users, Route 53 and evac itself ask for health, and a business
//! transaction that goes all the way to the database that writes.

use http::Method;

use crate::{
    fault::Fault,
    kube::Cluster,
    kubernetes,
    topology::{Region, Service},
    wire::Reply,
    world::{World, traffic::Answer},
};

/// The path that tells health.
pub const PATH: &str = "/healthz";
/// The path that does a business transaction.
pub const TRANSACTION: &str = "/transaction";

/// Answers a request to a region's public endpoint.
pub fn answer(world: &mut World, cluster: &Cluster, region: Region, method: &Method, path: &str) -> Reply {
    match path {
        PATH => health(world, region),
        TRANSACTION if method != Method::POST => {
            json(405, r#"{"error":"a transaction is posted"}"#.to_owned()).with("allow", "POST")
        }
        TRANSACTION => transaction(world, cluster, region),
        _ => json(404, r#"{"error":"not found"}"#.to_owned()),
    }
}

fn json(status: u16, body: String) -> Reply {
    Reply::new(status, "application/json", body.into_bytes())
}

/// A write, done by the region's workload in the database's writer, wherever that is.
fn transaction(world: &mut World, cluster: &Cluster, region: Region) -> Reply {
    if let Some(reason) = hindrance(world, cluster, region) {
        return json(503, format!(r#"{{"committed":false,"reason":"{reason}","region":"{region}"}}"#));
    }
    world.traffic.transactions += 1;
    let (writer, id) = (world.aurora.writer, world.traffic.transactions);
    json(200, format!(r#"{{"committed":true,"writer":"{writer}","region":"{region}","id":{id}}}"#))
}

/// Why a write from a region does not come to its end.
fn hindrance(world: &World, cluster: &Cluster, region: Region) -> Option<String> {
    if !world.power[region] {
        return Some("the region is down".to_owned());
    }
    if world.traffic.checks[region].answer != Answer::Healthy {
        return Some("the endpoint is failing".to_owned());
    }
    let mut serving = kubernetes::DEPLOYMENTS.iter().map(|(name, ..)| *name);
    if let Some(name) = serving.find(|name| cluster.ready(kubernetes::NAMESPACE, name) == 0) {
        return Some(format!("no pod of {name} is ready"));
    }
    let writer = world.aurora.writer;
    if !world.power[writer] {
        return Some(format!("the writer in {writer} cannot be reached"));
    }
    (!world.takes_writes(writer)).then(|| format!("the writer in {writer} takes no writes"))
}

fn health(world: &World, region: Region) -> Reply {
    let (status, word) = match world.traffic.checks[region].answer {
        _ if !world.power[region] => (503, "down"),
        Answer::Healthy => (200, "ok"),
        Answer::Status(status) => (status, "failing"),
        // Silence is made by the endpoint's own fault; a request that got here is too late for it.
        Answer::Silence => (504, "timeout"),
    };
    let writer = world.aurora.writer == region;
    let body = format!(r#"{{"status":"{word}","region":"{region}","writer":{writer},"version":"2.0.0"}}"#);
    json(status, body)
}

/// The answer of the public endpoint or of a Kubernetes API server that cannot serve.
pub fn refusal(service: Service, fault: Fault) -> Reply {
    let (status, reason, message) = match fault {
        Fault::Throttle => (429, "TooManyRequests", "the server has received too many requests"),
        Fault::Http503 => (503, "ServiceUnavailable", "the server is currently unable to handle the request"),
        _ => (500, "InternalError", "an internal error occurred"),
    };
    let body = match service {
        Service::Kubernetes => format!(
            r#"{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"{message}","reason":"{reason}","details":{{"retryAfterSeconds":1}},"code":{status}}}"#
        ),
        _ => format!(r#"{{"error":"{message}"}}"#),
    };
    let reply = Reply::new(status, "application/json", body.into_bytes());
    if status == 429 { reply.with("retry-after", "1") } else { reply }
}
