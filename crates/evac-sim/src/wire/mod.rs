//! The wire: one file a protocol and one a service.
//!
//! The codecs are written by hand on serde_json, quick-xml and aws-smithy-cbor. Generated ones (winterbaume's `wire`
//! modules) were weighed and left: they are 30,000 to 50,000 lines a service, minutes of compilation for the 25 or
//! so operations served here. All protocols meet in one [`Document`], so that a service answers awsQuery, awsJson and
//! rpc-v2-cbor with the same lines.
//!
//! Signatures are not verified. The region in a request's SigV4 scope is ignored: an endpoint answers for its own
//! region, whatever region the request was signed for, as a proxy or a VPC endpoint would.

mod cbor;
mod cloudwatch;
mod cost_explorer;
mod document;
mod dynamodb;
mod error;
mod hostile;
mod json;
mod pages;
mod query;
mod rds;
mod route53;
mod routing_control;
mod rpc;
mod s3;
mod sts;
mod xml;

use http::{HeaderMap, Method};

pub use document::Document;
pub use error::ServiceError;
pub use hostile::mangle_json;

use crate::{
    topology::{Region, Service},
    world::World,
};

/// A request to a service.
#[derive(Debug)]
pub struct Call<'a> {
    /// The HTTP method.
    pub method: &'a Method,
    /// The path, as it was sent.
    pub path: &'a str,
    /// The query, without its question mark.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, whole.
    pub body: &'a [u8],
    /// The region of the endpoint.
    pub region: Region,
    /// The request's number, unique in this world.
    pub request_id: String,
    /// Whether the answer is to be hostile.
    pub hostile: bool,
}

impl Call<'_> {
    /// A header that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A parameter of the query, decoded. One without a value is an empty text.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers besides `Date` and `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// Headers whose names clients chose.
    pub own_headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer of a media type.
    pub fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], own_headers: Vec::new(), body }
    }

    /// With one header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Answers a request to an AWS service.
pub fn answer(service: Service, world: &mut World, call: &Call<'_>) -> Reply {
    if world.expired[call.region] {
        return refuse(service, call, &ServiceError::expired(service));
    }
    match service {
        Service::Route53 => route53::answer(world, call),
        Service::S3 => s3::answer(world, call),
        Service::DynamoDb => dynamodb::answer(world, call),
        _ => rpc::answer(service, world, call),
    }
}

/// Answers a request with an error, in the form that the service and the request's protocol have for it.
pub fn refuse(service: Service, call: &Call<'_>, error: &ServiceError) -> Reply {
    match service {
        Service::Route53 => route53::refuse(call, error),
        Service::S3 => s3::refuse(call, error),
        Service::DynamoDb => dynamodb::refuse(call, error),
        _ => rpc::refuse(service, call, error),
    }
}
