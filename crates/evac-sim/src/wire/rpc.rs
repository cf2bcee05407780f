//! Services whose requests name an operation: awsQuery, awsJson and rpc-v2-cbor in front of the same handlers.

use super::{
    Call, Document, Reply, ServiceError, cbor, cloudwatch, cost_explorer, hostile, json, query, rds, routing_control,
    sts, xml,
};
use crate::{
    topology::{Region, Service},
    world::World,
};

/// The protocol of a request, which is the protocol of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Protocol {
    Query,
    /// With its media type.
    Json(&'static str),
    Cbor,
}

/// What a handler is given.
#[derive(Debug)]
pub struct Request<'a> {
    /// The operation's name.
    pub operation: &'a str,
    /// The region of the endpoint.
    pub region: Region,
    /// The input.
    pub input: &'a Document,
}

/// Answers a request.
pub fn answer(service: Service, world: &mut World, call: &Call<'_>) -> Reply {
    let protocol = protocol(call);
    let (operation, input) = match read(&protocol, call) {
        Ok(read) => read,
        Err(reason) => return refuse(service, call, &ServiceError::sender("SerializationException", reason)),
    };
    let request = Request { operation: &operation, region: call.region, input: &input };
    let output = match service {
        Service::Rds => rds::handle(world, &request),
        Service::Sts => sts::handle(&request),
        Service::CloudWatch => cloudwatch::handle(world, &request),
        Service::CostExplorer => cost_explorer::handle(world, &request),
        Service::RoutingControl => routing_control::handle(world, &request),
        _ => None,
    };
    match output {
        Some(Ok(output)) => {
            let output =
                if call.hostile { hostile::mangle(output, world.tick, protocol == Protocol::Query) } else { output };
            write(service, &protocol, &operation, &output, call)
        }
        Some(Err(error)) => refuse(service, call, &error),
        None => refuse(service, call, &unknown(&protocol, &operation)),
    }
}

fn unknown(protocol: &Protocol, operation: &str) -> ServiceError {
    match protocol {
        Protocol::Query if operation.is_empty() => {
            ServiceError::sender("MissingAction", "The request must contain the parameter Action.")
        }
        Protocol::Query => ServiceError::sender("InvalidAction", format!("Could not find operation {operation}")),
        Protocol::Json(_) => ServiceError::sender("UnknownOperationException", ""),
        Protocol::Cbor => ServiceError::not_found("UnknownOperationException", ""),
    }
}

fn protocol(call: &Call<'_>) -> Protocol {
    if call.header("smithy-protocol") == Some("rpc-v2-cbor") || call.path.contains("/operation/") {
        Protocol::Cbor
    } else if call.headers.contains_key("x-amz-target") {
        match call.header("content-type") {
            Some("application/x-amz-json-1.0") => Protocol::Json("application/x-amz-json-1.0"),
            _ => Protocol::Json("application/x-amz-json-1.1"),
        }
    } else {
        Protocol::Query
    }
}

fn read(protocol: &Protocol, call: &Call<'_>) -> Result<(String, Document), String> {
    match protocol {
        Protocol::Query => {
            // The classic protocol may also come as a GET.
            Ok(query::read(if call.body.is_empty() { call.query.as_bytes() } else { call.body }))
        }
        Protocol::Json(_) => {
            let target = call.header("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default();
            Ok((operation.to_owned(), json::read(call.body)?))
        }
        Protocol::Cbor => {
            let operation = call.path.rsplit('/').next().unwrap_or_default();
            Ok((operation.to_owned(), cbor::read(call.body)?))
        }
    }
}

fn namespace(service: Service) -> &'static str {
    match service {
        Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        Service::CloudWatch => "http://monitoring.amazonaws.com/doc/2010-08-01/",
        _ => "http://rds.amazonaws.com/doc/2014-10-31/",
    }
}

fn write(service: Service, protocol: &Protocol, operation: &str, output: &Document, call: &Call<'_>) -> Reply {
    let reply = match protocol {
        Protocol::Query => {
            let metadata = Document::of([("RequestId", call.request_id.as_str().into())]);
            let document =
                Document::EMPTY.with(format!("{operation}Result"), output.clone()).with("ResponseMetadata", metadata);
            let body = xml::write(&format!("{operation}Response"), Some(namespace(service)), &document);
            Reply::new(200, "text/xml", body)
        }
        Protocol::Json(media_type) => Reply::new(200, media_type, json::write(output)),
        Protocol::Cbor => {
            Reply::new(200, "application/cbor", cbor::write(output)).with("smithy-protocol", "rpc-v2-cbor")
        }
    };
    reply.with("x-amzn-requestid", call.request_id.as_str())
}

/// Answers a request with an error.
pub fn refuse(service: Service, call: &Call<'_>, error: &ServiceError) -> Reply {
    let reply = match protocol(call) {
        Protocol::Query => {
            let detail = Document::of([
                ("Type", error.side().into()),
                ("Code", error.code.into()),
                ("Message", error.message.as_str().into()),
            ]);
            let document = Document::of([("Error", detail), ("RequestId", call.request_id.as_str().into())]);
            Reply::new(error.status, "text/xml", xml::write("ErrorResponse", Some(namespace(service)), &document))
        }
        Protocol::Json(media_type) => {
            let reply = Reply::new(error.status, media_type, json::write(&typed(error)));
            reply.with("x-amzn-errortype", shape(error))
        }
        Protocol::Cbor => Reply::new(error.status, "application/cbor", cbor::write(&typed(error)))
            .with("smithy-protocol", "rpc-v2-cbor"),
    };
    // CloudWatch spoke awsQuery before: clients that knew it then go by the older code.
    let reply = match service {
        Service::CloudWatch => reply.with("x-amzn-query-error", format!("{};{}", error.code, error.side())),
        _ => reply,
    };
    reply.with("x-amzn-requestid", call.request_id.as_str())
}

/// The newer protocols name the shape of an error, which for a few differs from the older code.
fn shape(error: &ServiceError) -> &'static str {
    match error.code {
        "InvalidParameterValue" => "InvalidParameterValueException",
        "InvalidParameterCombination" => "InvalidParameterCombinationException",
        "ExpiredToken" => "ExpiredTokenException",
        "MissingParameter" => "MissingRequiredParameterException",
        "InternalServiceError" => "InternalServiceFault",
        code => code,
    }
}

fn typed(error: &ServiceError) -> Document {
    Document::of([("__type", shape(error).into()), ("message", error.message.as_str().into())])
}
