//! The API server: HTTP in, objects and refusals out.

mod access_review;
mod admission;
mod call;
mod delete;
mod discovery;
mod list;
mod openapi;
mod patch;
mod protobuf;
mod route;
mod scale;
mod selector;
mod strategic_merge;
mod table;
mod table_cells;
mod view;
mod watch;
mod write;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use self::{
    call::Call,
    route::{Route, Target},
};
use super::{cluster::Cluster, kinds::Kind, status_error::StatusError};

/// The largest body that is read, as the real server has it.
const LARGEST_BODY: usize = 3 * 1024 * 1024;

/// The media types of aggregated discovery: a client takes the document for plain without them.
const DISCOVERY: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const DISCOVERY_BETA: &str = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

/// What a call comes to.
type Outcome = Result<Answer, StatusError>;

/// An answer: a whole document, or a stream of events.
enum Answer {
    /// A JSON document with its HTTP status.
    Document(StatusCode, Value),
    /// A JSON document that is written already.
    Written(String),
    /// An aggregated discovery document, which says so in its media type.
    Discovery(Value),
    /// Plain text.
    Text(String),
    /// Events until the watch ends.
    Events(Body),
}

impl Answer {
    fn ok(document: Value) -> Answer {
        Answer::Document(StatusCode::OK, document)
    }
}

/// The server of one cluster. Every path goes through one place, so that every answer carries the virtual time.
pub fn router(cluster: Cluster) -> Router {
    Router::new().fallback(serve).with_state(cluster)
}

async fn serve(State(cluster): State<Cluster>, request: Request) -> Response {
    let outcome = match read(request).await {
        Ok(call) => dispatch(&cluster, &call),
        Err(refusal) => Err(refusal),
    };
    let now = cluster.read(|plane| plane.clock);
    let mut response = respond(outcome);
    let headers = response.headers_mut();
    if let Ok(date) = HeaderValue::from_str(&now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
        headers.insert(header::DATE, date);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response
}

async fn read(request: Request) -> Result<Call, StatusError> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| StatusError::too_large())?;
    Ok(Call::new(&parts, body))
}

fn respond(outcome: Outcome) -> Response {
    let (status, content_type, body) = match outcome {
        Ok(Answer::Document(status, document)) => (status, "application/json", Body::from(document.to_string())),
        Ok(Answer::Discovery(document)) => {
            let version = if document["apiVersion"] == "apidiscovery.k8s.io/v2" { DISCOVERY } else { DISCOVERY_BETA };
            (StatusCode::OK, version, Body::from(document.to_string()))
        }
        Ok(Answer::Written(document)) => (StatusCode::OK, "application/json", Body::from(document)),
        Ok(Answer::Text(text)) => (StatusCode::OK, "text/plain; charset=utf-8", Body::from(text)),
        Ok(Answer::Events(body)) => (StatusCode::OK, "application/json", body),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, "application/json", Body::from(refusal.status().to_string()))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn dispatch(cluster: &Cluster, call: &Call) -> Outcome {
    match route::parse(&call.path)? {
        Route::Health => Ok(Answer::Text("ok".to_owned())),
        Route::Version => Ok(Answer::ok(version())),
        Route::CoreVersions => Ok(discovery::core_versions(call)),
        Route::Groups => Ok(discovery::groups(call)),
        Route::Group(group) => discovery::group(&group),
        Route::Resources(group, version) => discovery::resources(&group, &version),
        Route::OpenApiV2 => Ok(openapi::version_2()),
        Route::OpenApiIndex => Ok(openapi::index()),
        Route::OpenApiGroup(path) => openapi::group_version(&path),
        Route::AccessReview(kind) => access_review::create(call, &kind),
        Route::Objects(target) => objects(cluster, call, &target),
    }
}

fn objects(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    let method = &call.method;
    match (target.name.is_empty(), target.subresource.as_str()) {
        (true, "") if method == Method::GET && call.wants_watch() => watch::start(cluster, call, target),
        (true, "") if method == Method::GET => list::list(cluster, call, target),
        (true, "") if method == Method::POST => write::create(cluster, call, target),
        (true, "") if method == Method::DELETE => delete::collection(cluster, call, target),
        (false, "") if method == Method::GET && call.wants_watch() => watch::start(cluster, call, target),
        (false, "") if method == Method::DELETE => delete::one(cluster, call, target),
        (false, "scale") if target.kind.has_scale => scale::serve(cluster, call, target),
        (false, "log") if method == Method::GET && target.kind.kind == "Pod" => log(cluster, target),
        (false, "") => object(cluster, call, target),
        (false, "status") if target.kind.has_status => object(cluster, call, target),
        (false, "finalize") if target.kind.kind == "Namespace" => object(cluster, call, target),
        (true, _) => Err(StatusError::method_not_allowed()),
        (false, _) => Err(StatusError::no_such_path()),
    }
}

fn object(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    match call.method {
        Method::GET => write::get(cluster, call, target),
        Method::PUT => write::replace(cluster, call, target),
        Method::PATCH => patch::patch(cluster, call, target),
        _ => Err(StatusError::method_not_allowed()),
    }
}

/// Containers here say nothing; their pods do exist.
fn log(cluster: &Cluster, target: &Target) -> Outcome {
    cluster.read(|plane| match plane.store.get(&target.key()) {
        Some(_) => Ok(Answer::Text(String::new())),
        None => Err(StatusError::not_found(target.kind, &target.name)),
    })
}

fn version() -> Value {
    json!({
        "major": "1", "minor": "33", "gitVersion": "v1.33.1-eks-1fbb135", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "2025-05-15T00:00:00Z", "goVersion": "go1.24.2", "compiler": "gc", "platform": "linux/amd64",
        "emulationMajor": "1", "emulationMinor": "33", "minCompatibilityMajor": "1", "minCompatibilityMinor": "32",
    })
}

/// The words for an object's kind in messages about a body.
fn described(kind: &Kind) -> String {
    format!("{} in version \"{}\" cannot be handled as a {}", kind.kind, kind.version, kind.kind)
}
