//! From the SDK's errors to the kinds of failure that call for different deeds.

use std::{error::Error, fmt::Write as _};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::{client::result::SdkError, http::Response};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use evac_core::{SourceError, SourceErrorKind};
use evac_engine::{chain, root_cause};

/// What became of a failed call, in few words: the operation, the service's own code and message, never a `Debug`
/// print. [`SourceError::new`] makes it fit for a terminal.
pub(crate) fn source_error<E>(operation: &str, error: &SdkError<E, Response>) -> SourceError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let (kind, words) = match error {
        SdkError::TimeoutError(_) => (SourceErrorKind::Timeout, "no answer in time".to_owned()),
        SdkError::DispatchFailure(failure) => {
            let connector = failure.as_connector_error();
            let source = connector.map(|error| error as &(dyn Error + 'static));
            match source.and_then(credentials) {
                Some(denied) => denied,
                None if failure.is_timeout() => (SourceErrorKind::Timeout, "no answer in time".to_owned()),
                None if failure.is_user() => (SourceErrorKind::Setup, innermost(source)),
                None => (SourceErrorKind::Unreachable, innermost(source)),
            }
        }
        SdkError::ConstructionFailure(_) => {
            let source = error.source();
            source.and_then(credentials).unwrap_or_else(|| (SourceErrorKind::Setup, innermost(source)))
        }
        SdkError::ResponseError(_) => unreadable(error.source()),
        // The SDK calls a good answer that it cannot read a service error too.
        SdkError::ServiceError(answer) if answer.raw().status().is_success() => unreadable(Some(answer.err())),
        SdkError::ServiceError(answer) => refusal(answer.err(), answer.raw().status().as_u16()),
        _ => (SourceErrorKind::Service, innermost(error.source())),
    };
    SourceError::new(kind, format!("{operation}: {words}"))
}

/// A reading that cannot be trusted, with the field that makes it so.
pub(crate) fn malformed(operation: &str, field: &str, what: impl std::fmt::Display) -> SourceError {
    SourceError::new(SourceErrorKind::Malformed, format!("{operation}: {field}: {what}"))
}

fn unreadable(cause: Option<&(dyn Error + 'static)>) -> (SourceErrorKind, String) {
    if let Some(cause) = cause.filter(|cause| chain(*cause).any(|error| error.is::<std::io::Error>())) {
        return (SourceErrorKind::Unreachable, format!("the answer broke off: {}", root_cause(cause)));
    }
    let words = innermost(cause);
    // The SDK's parsers end some of their messages in a `Debug` print of what they met.
    let words = words.split_once(" {").map_or(words.as_str(), |(before, _)| before);
    (SourceErrorKind::Malformed, format!("the answer cannot be read: {words}"))
}

fn refusal(error: &impl ProvideErrorMetadata, status: u16) -> (SourceErrorKind, String) {
    let mut words = match error.code() {
        Some(code) => code.to_owned(),
        None => format!("HTTP {status}"),
    };
    if let Some(message) = error.message() {
        // Formatting into a String cannot fail.
        let _ = write!(words, ": {message}");
    }
    (kind_of(error.code(), status), words)
}

/// The kind of a refusal, from the service's code, and where it gives none (an answer to HEAD has no body), from
/// the HTTP status.
pub(crate) fn kind_of(code: Option<&str>, status: u16) -> SourceErrorKind {
    const THROTTLED: [&str; 7] = [
        "RequestLimitExceeded",
        "SlowDown",
        "TooManyRequests",
        "Throttl",
        "PriorRequestNotComplete",
        "BandwidthLimitExceeded",
        "ThroughputExceeded",
    ];
    const DENIED: [&str; 17] = [
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "OptInRequired",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
    ];
    if let Some(code) = code {
        // As a part of a longer code it is a limit of the account, which no waiting lifts.
        if code == "LimitExceededException" || THROTTLED.iter().any(|part| code.contains(part)) {
            return SourceErrorKind::Throttled;
        }
        if DENIED.contains(&code) || code.starts_with("UnrecognizedClient") {
            return SourceErrorKind::Denied;
        }
        if code.contains("NotFound") || code.starts_with("NoSuch") {
            return SourceErrorKind::NotFound;
        }
    }
    match status {
        401 | 403 => SourceErrorKind::Denied,
        404 => SourceErrorKind::NotFound,
        429 => SourceErrorKind::Throttled,
        _ => SourceErrorKind::Service,
    }
}

/// A credential failure somewhere below, which the SDK reports as if the connection had failed.
fn credentials(top: &(dyn Error + 'static)) -> Option<(SourceErrorKind, String)> {
    let mut error = Some(top);
    while let Some(current) = error {
        if let Some(failure) = current.downcast_ref::<CredentialsError>() {
            let kind = match failure {
                CredentialsError::ProviderTimedOut(_) => SourceErrorKind::Timeout,
                _ => SourceErrorKind::Denied,
            };
            return Some((kind, format!("no credentials: {}", innermost(Some(current)))));
        }
        error = current.source();
    }
    None
}

/// The words nearest to the cause. The outer ones ("dispatch failure", "io error") say nothing.
fn innermost(error: Option<&(dyn Error + 'static)>) -> String {
    error.map_or_else(|| "no reason given".to_owned(), root_cause)
}

#[cfg(test)]
mod tests {
    use SourceErrorKind::{Denied, NotFound, Service, Throttled};

    use super::*;

    #[test]
    fn a_refusal_is_known_by_its_code_and_without_one_by_its_status() {
        for (code, status, kind) in [
            (Some("Throttling"), 400, Throttled),
            (Some("ThrottlingException"), 400, Throttled),
            (Some("RequestLimitExceeded"), 503, Throttled),
            (Some("SlowDown"), 503, Throttled),
            (Some("TooManyRequestsException"), 400, Throttled),
            (Some("LimitExceededException"), 400, Throttled),
            (Some("ServiceLimitExceededException"), 402, Service),
            (Some("ProvisionedThroughputExceededException"), 400, Throttled),
            (None, 429, Throttled),
            (Some("AccessDenied"), 403, Denied),
            (Some("ExpiredToken"), 400, Denied),
            (Some("InvalidClientTokenId"), 403, Denied),
            (Some("UnrecognizedClientException"), 400, Denied),
            (Some("GlobalClusterNotFoundFault"), 404, NotFound),
            (Some("NoSuchHostedZone"), 404, NotFound),
            (Some("NoSuchBucket"), 404, NotFound),
            (None, 404, NotFound),
            (None, 403, Denied),
            (Some("InternalFailure"), 500, Service),
            (None, 503, Service),
        ] {
            assert_eq!(kind_of(code, status), kind, "{code:?} {status}");
        }
    }
}
