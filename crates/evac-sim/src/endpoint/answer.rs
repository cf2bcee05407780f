//! From a request to an answer: the service's own, or what the endpoint's fault makes of it.

use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, DATE},
    request::Parts,
};
use hyper::{body::Incoming, service::Service as _};
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    Change, Endpoint, change,
    cut::{self, Cut},
};
use crate::{
    fault::Fault,
    probe,
    runtime::Runtime,
    topology::Service,
    wire::{self, Call, Reply, ServiceError},
};

/// The largest request body that is taken.
const LARGEST_BODY: usize = 16 << 20;
/// A body that is no document of any kind.
const GARBAGE: &[u8] = b"\x00\xff\xfe<html><h1>It works!</h1>}{][\x1b[31m\xc3\x28 not what you asked for";

/// Answers a request.
pub async fn answer(
    endpoint: &Arc<Endpoint>,
    runtime: &Arc<Runtime>,
    request: Request<Incoming>,
    cuts: UnboundedSender<Cut>,
) -> Response<Body> {
    let fault = endpoint.fault();
    endpoint.tally.asked();
    if let Some(delay) = fault.and_then(Fault::delay) {
        tokio::time::sleep(delay).await;
    }
    // The body is read whatever comes of it, so that the client is not cut off while it still sends.
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(Body::new(body), LARGEST_BODY).await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let asked = change::asked(&parts, &body).then(|| change::name(&parts, &body));
    let note = |status: Option<u16>| {
        if let Some(what) = asked.clone() {
            let (service, region) = (endpoint.service, endpoint.place);
            runtime.changes.note(Change { at: runtime.clock.now(), service, region, what, status });
        }
    };
    if let Some(fault) = fault.filter(|fault| fault.spares_reads() && asked.is_some()) {
        let carried_out = match fault {
            Fault::LostRequest => None,
            // What was answered is lost, whatever it was.
            _ => Some(serve(endpoint, runtime, parts, body, false).await.status().as_u16()),
        };
        note(carried_out);
        return lose(fault, &cuts).await;
    }
    let mut response = match fault {
        Some(Fault::Garbage) => garbage(&parts),
        Some(fault @ (Fault::Http500 | Fault::Http503 | Fault::Throttle)) => {
            refusal(endpoint, runtime, &parts, &body, fault)
        }
        _ => serve(endpoint, runtime, parts, body, fault == Some(Fault::WrongType)).await,
    };
    note((fault != Some(Fault::Garbage)).then_some(response.status().as_u16()));
    if let Ok(date) = DateTimePrinter::new().timestamp_to_rfc9110_string(&runtime.shown_time(endpoint.place))
        && let Ok(date) = HeaderValue::try_from(date)
    {
        response.headers_mut().insert(DATE, date);
    }
    match fault {
        Some(Fault::Truncate) => cut::in_half(response, Cut::Close, cuts).await,
        Some(Fault::Reset) => cut::in_half(response, Cut::Reset, cuts).await,
        _ => response,
    }
}

/// The answer to a change that the client is never told of.
async fn lose(fault: Fault, cuts: &UnboundedSender<Cut>) -> Response<Body> {
    if fault == Fault::CutAnswer {
        // The connection may be gone already.
        let _ = cuts.send(Cut::Reset);
    }
    // The connection ends before this does: by the cut, by the client, or with the world.
    std::future::pending().await
}

async fn serve(
    endpoint: &Arc<Endpoint>,
    runtime: &Arc<Runtime>,
    parts: Parts,
    body: Bytes,
    hostile: bool,
) -> Response<Body> {
    match endpoint.service {
        Service::Kubernetes => {
            runtime.catch_up();
            let request = Request::from_parts(parts, Body::from(body));
            let response = match runtime.servers[endpoint.region()].call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            if hostile { mangled(response, runtime).await } else { response }
        }
        Service::Probe => {
            runtime.catch_up();
            let (region, method, path) = (endpoint.region(), &parts.method, parts.uri.path());
            let reply = probe::answer(&mut runtime.world(), &runtime.clusters[region], region, method, path);
            let response = written(reply);
            if hostile { mangled(response, runtime).await } else { response }
        }
        service => {
            let call = call(endpoint, runtime, &parts, &body, hostile);
            let mut world = runtime.world();
            if service == Service::RoutingControl {
                // The cluster's members talk to each other where clients cannot reach them either.
                world.traffic.routing.lost =
                    runtime.endpoints().map(|endpoints| endpoints.lost(service)).unwrap_or_default();
            }
            written(wire::answer(service, &mut world, &call))
        }
    }
}

fn call<'a>(endpoint: &Endpoint, runtime: &Runtime, parts: &'a Parts, body: &'a Bytes, hostile: bool) -> Call<'a> {
    Call {
        method: &parts.method,
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body,
        region: endpoint.region(),
        request_id: runtime.request_id(),
        hostile,
    }
}

fn refusal(endpoint: &Endpoint, runtime: &Runtime, parts: &Parts, body: &Bytes, fault: Fault) -> Response<Body> {
    let service = endpoint.service;
    if matches!(service, Service::Kubernetes | Service::Probe) {
        return written(probe::refusal(service, fault));
    }
    let error = match fault {
        Fault::Throttle => ServiceError::throttled(service),
        Fault::Http503 => ServiceError::unavailable(service),
        _ => ServiceError::internal(service),
    };
    written(wire::refuse(service, &call(endpoint, runtime, parts, body, false), &error))
}

/// A reply as an HTTP response.
fn written(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // A handler that says how long the body would be answers a HEAD.
    let declared = reply.headers.iter().any(|(name, _)| *name == "content-length");
    if !declared && reply.status != 204 && reply.status != 304 {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(reply.body.len()));
    }
    let own = reply.own_headers.iter().map(|(name, value)| (name.as_str(), value));
    for (name, value) in reply.headers.iter().map(|(name, value)| (*name, value)).chain(own) {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    *response.body_mut() = Body::from(reply.body);
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// HTTP that is in order, around nothing that makes sense. The media type is the one that the client hopes for.
fn garbage(parts: &Parts) -> Response<Body> {
    let mut response = Response::new(Body::from(GARBAGE));
    let hoped = parts.headers.get(http::header::ACCEPT).filter(|accept| !accept.as_bytes().contains(&b'*'));
    let hoped = hoped.cloned().unwrap_or_else(|| HeaderValue::from_static("text/xml"));
    response.headers_mut().insert(CONTENT_TYPE, hoped);
    response.headers_mut().insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    response
}

/// A JSON answer with things wrong in it. A watch has no end to wait for, and is passed on as it is.
async fn mangled(response: Response<Body>, runtime: &Runtime) -> Response<Body> {
    if response.body().size_hint().exact().is_none() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let tick = runtime.world().tick;
    let body = wire::mangle_json(&body, tick).map_or(body, Bytes::from);
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(parts, Body::from(body))
}
