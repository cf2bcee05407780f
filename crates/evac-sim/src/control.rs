//! The control API: plain HTTP with JSON on loopback, for `evac sim trigger`, tests and trainers.
//!
//! `GET /state`, `GET /scenarios`, `GET /requests` (what clients asked; with `?after=N`, once more than N changes were
//! asked for, or a moment later), `POST /trigger {"scenario"}`, `POST /faults
//! {"region"?, "service"?, "kind", "milliseconds"?}`, `POST /heal {"region"?, "service"?}`, `POST /clock {"paused"?,
//! "speed"?, "advance"?}`, `POST /perform` with an action as scenarios write it.

use std::{path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Query, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    directory,
    error::SimError,
    fault::{Fault, FaultTarget},
    runtime::Runtime,
    scenario::scenarios,
};

/// How long a running simulator may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client that waits for a change is kept at most.
const MOMENT: Duration = Duration::from_millis(200);
/// The most that one request may move the clock: the world has to live through every second of it.
const LONGEST_ADVANCE: SignedDuration = SignedDuration::from_hours(24 * 31);

/// The control API of a world.
pub fn router(runtime: Arc<Runtime>) -> Router {
    Router::new()
        .route("/state", get(state))
        .route("/requests", get(requests))
        .route("/scenarios", get(|| async { answer(StatusCode::OK, &scenario_list()) }))
        .route("/trigger", post(start))
        .route("/faults", post(set_fault))
        .route("/heal", post(heal))
        .route("/clock", post(clock))
        .route("/perform", post(perform))
        .with_state(runtime)
}

fn answer(status: StatusCode, value: &Value) -> Response {
    let mut response = Response::new(Body::from(format!("{value}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}

fn wrong(reason: impl ToString) -> Response {
    answer(StatusCode::BAD_REQUEST, &json!({"error": reason.to_string()}))
}

fn scenario_list() -> Value {
    let summary = |summary: &crate::ScenarioSummary| json!({"name": summary.name, "title": summary.title, "description": summary.description});
    Value::Array(scenarios().iter().map(summary).collect())
}

fn described(runtime: &Runtime) -> Value {
    let (now, running, truth) = {
        let world = runtime.world();
        let ledger = world.aurora.ledger;
        let truth = json!({
            "writers": world.writers(), "committed_writes": ledger.committed, "lost_writes": ledger.lost,
            "split_seconds": ledger.split_seconds,
        });
        (world.now(), world.running().into_iter().map(str::to_owned).collect::<Vec<_>>(), truth)
    };
    let endpoints = runtime.endpoints().into_iter().flat_map(|endpoints| endpoints.iter()).map(|endpoint| {
        json!({
            "service": endpoint.service, "region": endpoint.place, "url": endpoint.url(), "fault": endpoint.fault(),
        })
    });
    let reading = runtime.clock.reading();
    json!({
        "now": now.to_string(), "speed": reading.speed, "paused": reading.paused, "running": running, "truth": truth,
        "endpoints": endpoints.collect::<Vec<_>>(),
    })
}

async fn state(State(runtime): State<Arc<Runtime>>) -> Response {
    answer(StatusCode::OK, &described(&runtime))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requests {
    after: Option<u64>,
}

/// How often each endpoint was turned to, and every change that was asked for, oldest first.
async fn requests(State(runtime): State<Arc<Runtime>>, Query(asked): Query<Requests>) -> Response {
    if let Some(count) = asked.after {
        // Not every change of the world is asked for: whoever waits looks again now and then.
        let _ = tokio::time::timeout(MOMENT, runtime.changes.beyond(count)).await;
    }
    let endpoints = runtime.endpoints().into_iter().flat_map(|endpoints| endpoints.iter()).map(|endpoint| {
        let (connections, requests) = endpoint.tally.counts();
        json!({
            "service": endpoint.service, "region": endpoint.place, "connections": connections, "requests": requests,
        })
    });
    let endpoints: Vec<_> = endpoints.collect();
    answer(
        StatusCode::OK,
        &json!({
            "endpoints": endpoints, "changes": runtime.changes.all(), "asked": runtime.changes.noted(),
        }),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trigger {
    scenario: String,
}

async fn start(State(runtime): State<Arc<Runtime>>, body: Bytes) -> Response {
    let asked: Trigger = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return wrong(error),
    };
    match runtime.trigger(&asked.scenario) {
        Ok(()) => settled(&runtime).await,
        Err(error) => answer(StatusCode::NOT_FOUND, &json!({"error": error.to_string()})),
    }
}

/// The state, once every listener has come to its fault.
async fn settled(runtime: &Runtime) -> Response {
    if let Some(endpoints) = runtime.endpoints() {
        endpoints.settle().await;
    }
    answer(StatusCode::OK, &described(runtime))
}

#[derive(Deserialize)]
struct SetFault {
    #[serde(flatten)]
    target: FaultTarget,
    kind: String,
    #[serde(default)]
    milliseconds: u64,
}

async fn set_fault(State(runtime): State<Arc<Runtime>>, body: Bytes) -> Response {
    let asked: SetFault = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return wrong(error),
    };
    let Some(fault) = Fault::parse(&asked.kind, asked.milliseconds) else {
        return wrong(format!("there is no fault `{}`", asked.kind));
    };
    runtime.set_fault(asked.target, Some(fault));
    settled(&runtime).await
}

async fn heal(State(runtime): State<Arc<Runtime>>, body: Bytes) -> Response {
    let target = if body.is_empty() { Ok(FaultTarget::default()) } else { serde_json::from_slice(&body) };
    match target {
        Ok(target) => {
            runtime.set_fault(target, None);
            settled(&runtime).await
        }
        Err(error) => wrong(error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    paused: Option<bool>,
    speed: Option<u32>,
    advance: Option<SignedDuration>,
}

async fn clock(State(runtime): State<Arc<Runtime>>, body: Bytes) -> Response {
    let asked: SetClock = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return wrong(error),
    };
    match asked.paused {
        Some(true) => runtime.clock.pause(),
        Some(false) => runtime.clock.resume(),
        None => {}
    }
    if let Some(speed) = asked.speed {
        runtime.clock.set_speed(speed);
    }
    if let Some(advance) = asked.advance {
        runtime.clock.advance(advance.min(LONGEST_ADVANCE));
        runtime.catch_up();
    }
    settled(&runtime).await
}

async fn perform(State(runtime): State<Arc<Runtime>>, body: Bytes) -> Response {
    let performed = serde_json::from_slice(&body).map_err(|error| error.to_string());
    match performed.and_then(|action| runtime.perform(action)) {
        Ok(()) => settled(&runtime).await,
        Err(error) => wrong(error),
    }
}

/// Begins a scenario in the simulator that serves a directory.
///
/// # Errors
/// When no simulator answers there, or when it knows no such scenario.
pub async fn trigger(path: &Path, name: &str) -> Result<(), SimError> {
    let address = directory::control_address(path)?;
    let body = json!({"scenario": name}).to_string();
    let not_running = |reason: String| SimError::NotRunning { path: path.to_owned(), reason };
    let exchange = tokio::time::timeout(PATIENCE, post_to(&address, "/trigger", &body)).await;
    let answer = exchange
        .map_err(|_| not_running("it does not answer in time".to_owned()))?
        .map_err(|error| not_running(error.to_string()))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split(' ').nth(1) == Some("200") {
        return Ok(());
    }
    let error = serde_json::from_str::<Value>(body).ok();
    let error = error.as_ref().and_then(|value| value.get("error")).and_then(Value::as_str);
    Err(SimError::Refused(error.unwrap_or("the simulator gave an answer that is not understood").to_owned()))
}

/// One POST by hand: a whole HTTP client would be more than this crate needs.
async fn post_to(address: &str, path: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
