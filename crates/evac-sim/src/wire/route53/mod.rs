//! Route 53: zones, records and health checks. Its one endpoint is in us-east-1, and stands for the control plane:
//! when it is gone, records still answer and nothing can be changed.

mod change;
mod health;
mod zones;

use http::Method;

use super::{Call, Document, Reply, ServiceError, hostile, pages, pages::Page, xml};
use crate::world::World;

const NAMESPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";
const VERSION: &str = "/2013-04-01/";
/// The most that one page of any list holds.
const MOST_ITEMS: usize = 100;

/// The name of the answer's root, and the answer.
type Answer = Result<(&'static str, Document), ServiceError>;

/// Answers a request.
pub fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    match route(world, call) {
        Ok((root, document)) => {
            let document = if call.hostile { hostile::mangle(document, world.tick, true) } else { document };
            let body = xml::write(root, Some(NAMESPACE), &document);
            Reply::new(200, "text/xml", body).with("x-amzn-requestid", call.request_id.as_str())
        }
        Err(error) => refuse(call, &error),
    }
}

/// Answers a request with an error.
pub fn refuse(call: &Call<'_>, error: &ServiceError) -> Reply {
    let detail = Document::of([
        ("Type", error.side().into()),
        ("Code", error.code.into()),
        ("Message", error.message.as_str().into()),
    ]);
    let document = Document::of([("Error", detail), ("RequestId", call.request_id.as_str().into())]);
    let body = xml::write("ErrorResponse", Some(NAMESPACE), &document);
    Reply::new(error.status, "text/xml", body).with("x-amzn-requestid", call.request_id.as_str())
}

fn route(world: &mut World, call: &Call<'_>) -> Answer {
    let path = call.path.strip_prefix(VERSION).unwrap_or_default().trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    if call.method == Method::POST {
        return match parts.as_slice() {
            ["hostedzone", id, "rrset"] | ["hostedzone", "hostedzone", id, "rrset"] => change::submit(world, id, call),
            ["healthcheck", id] => health::update(world, id, call),
            _ => Err(ServiceError::sender("InvalidAction", unsupported(call))),
        };
    }
    if call.method != Method::GET {
        return Err(ServiceError::sender("InvalidAction", unsupported(call)));
    }
    match parts.as_slice() {
        ["hostedzone"] => zones::list_zones(world, call),
        ["hostedzonesbyname"] => zones::list_zones_by_name(world),
        // Clients that paste an identifier as it is listed send the prefix twice.
        ["hostedzone", id] | ["hostedzone", "hostedzone", id] => zones::get_zone(world, id),
        ["hostedzone", id, "rrset"] | ["hostedzone", "hostedzone", id, "rrset"] => zones::list_records(world, id, call),
        ["healthcheck"] => health::list(world, call),
        ["healthcheckcount"] => health::count(),
        ["healthcheck", id] => health::get(world, id),
        ["healthcheck", id, "status"] => health::status(world, id),
        ["healthcheck", id, "lastfailurereason"] => health::last_failure(world, id),
        ["change", id] | ["change", "change", id] => change::get(world, id),
        _ => Err(ServiceError::not_found("InvalidAction", unsupported(call))),
    }
}

fn unsupported(call: &Call<'_>) -> String {
    format!("{} {} is not an operation of this simulator", call.method, call.path)
}

/// The page that a request asks for by `maxitems` and `marker`.
fn page(call: &Call<'_>, items: Vec<Document>) -> Result<(Page<Document>, usize), ServiceError> {
    let most = most_items(call)?;
    let wrong = ServiceError::sender("InvalidInput", "The marker is invalid.");
    Ok((pages::page(items, call.parameter("marker").as_deref(), most, wrong)?, most))
}

fn most_items(call: &Call<'_>) -> Result<usize, ServiceError> {
    match call.parameter("maxitems").or_else(|| call.parameter("max-items")) {
        None => Ok(MOST_ITEMS),
        Some(text) => text
            .parse()
            .ok()
            .filter(|most| *most > 0)
            .map(|most: usize| most.min(MOST_ITEMS))
            .ok_or_else(|| ServiceError::sender("InvalidInput", "maxitems must be a positive number.")),
    }
}

/// A list with the members that every list of Route 53 must have.
fn listing(
    call: &Call<'_>,
    name: &'static str,
    item: &'static str,
    items: Vec<Document>,
) -> Result<Document, ServiceError> {
    let (page, most) = page(call, items)?;
    Ok(Document::of([
        (name, Document::list(item, page.items)),
        ("Marker", call.parameter("marker").unwrap_or_default().into()),
        ("IsTruncated", page.next.is_some().into()),
    ])
    .with_optional("NextMarker", page.next)
    .with("MaxItems", most.to_string()))
}
