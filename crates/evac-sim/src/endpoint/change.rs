//! Which requests ask for a change, and which only look. It is told from the request alone, so that the faults which
//! lose changes work alike at every service.

use http::{Method, request::Parts};

/// How the names of operations begin that change nothing.
const READS: [&str; 9] = ["Get", "List", "Describe", "Head", "Query", "Scan", "BatchGet", "TransactGet", "Search"];
/// Ends of paths that Kubernetes takes a POST at to answer a question.
const REVIEWS: [&str; 2] = ["reviews", "reviews/"];

/// Whether the request asks for a change.
pub fn asked(parts: &Parts, body: &[u8]) -> bool {
    match operation(parts, body) {
        Some(operation) => !READS.iter().any(|read| operation.starts_with(read)),
        None => {
            let looks = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
            !looks && !REVIEWS.iter().any(|review| parts.uri.path().ends_with(review))
        }
    }
}

/// What is asked for, in a word or two.
pub fn name(parts: &Parts, body: &[u8]) -> String {
    operation(parts, body).unwrap_or_else(|| format!("{} {}", parts.method, parts.uri.path()))
}

/// The operation that the request names: in a header (awsJson), in its path (rpc-v2-cbor) or in a form (awsQuery).
/// REST names none.
fn operation(parts: &Parts, body: &[u8]) -> Option<String> {
    if let Some(target) = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()) {
        return target.rsplit('.').next().map(str::to_owned);
    }
    if let Some((_, operation)) = parts.uri.path().rsplit_once("/operation/") {
        return Some(operation.to_owned());
    }
    if parts.uri.path() != "/" {
        return None;
    }
    let form = if body.is_empty() { parts.uri.query().unwrap_or_default().as_bytes() } else { body };
    let mut pairs = form_urlencoded::parse(form);
    pairs.find(|(name, _)| name == "Action").map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use http::Request;

    use super::*;

    #[test]
    fn reads_and_changes_are_told_apart_in_every_protocol() {
        for (method, path, target, body, changes) in [
            ("POST", "/", "", "Action=DescribeDBClusters&Version=2014-10-31", false),
            ("POST", "/", "", "Version=2014-10-31&Action=SwitchoverGlobalCluster", true),
            ("GET", "/?Action=SwitchoverGlobalCluster", "", "", true),
            ("GET", "/?Action=GetCallerIdentity", "", "", false),
            ("POST", "/", "DynamoDB_20120810.UpdateItem", "{}", true),
            ("POST", "/", "DynamoDB_20120810.TransactWriteItems", "{}", true),
            ("POST", "/", "DynamoDB_20120810.TransactGetItems", "{}", false),
            ("POST", "/", "ToggleCustomerAPI.GetRoutingControlState", "{}", false),
            ("POST", "/", "ToggleCustomerAPI.UpdateRoutingControlStates", "{}", true),
            ("POST", "/service/GraniteServiceVersion20100801/operation/GetMetricData", "", "", false),
            ("PUT", "/akidb-data-use1/key", "", "body", true),
            ("DELETE", "/akidb-data-use1/key", "", "", true),
            ("HEAD", "/akidb-data-use1/key", "", "", false),
            ("GET", "/", "", "", false),
            ("POST", "/2013-04-01/hostedzone/Z/rrset", "", "<x/>", true),
            ("PATCH", "/apis/apps/v1/namespaces/akidb/deployments/akidb-api/scale", "", "{}", true),
            ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "", "{}", false),
            ("POST", "/transaction", "", "", true),
        ] {
            let mut request = Request::builder().method(method).uri(path);
            if !target.is_empty() {
                request = request.header("x-amz-target", target);
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(asked(&parts, body.as_bytes()), changes, "{method} {path} {target} {body}");
        }
    }
}
