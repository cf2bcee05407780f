//! The stack's own public endpoint: what its users, Route 53 and evac itself ask for health.

use crate::{
    fault::Fault,
    topology::{Region, Service},
    wire::Reply,
    world::{World, traffic::Answer},
};

/// The path that tells health.
pub const PATH: &str = "/healthz";

/// Answers a request to a region's public endpoint.
pub fn answer(world: &World, region: Region, path: &str) -> Reply {
    if path != PATH {
        return Reply::new(404, "application/json", br#"{"error":"not found"}"#.to_vec());
    }
    let (status, word) = match world.traffic.checks[region].answer {
        _ if !world.power[region] => (503, "down"),
        Answer::Healthy => (200, "ok"),
        Answer::Status(status) => (status, "failing"),
        // Silence is made by the endpoint's own fault; a request that got here is too late for it.
        Answer::Silence => (504, "timeout"),
    };
    let writer = world.aurora.writer == region;
    let body = format!(r#"{{"status":"{word}","region":"{region}","writer":{writer},"version":"2.0.0"}}"#);
    Reply::new(status, "application/json", body.into_bytes())
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
