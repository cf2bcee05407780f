//! kube's errors in evac's terms.

use std::io::ErrorKind;

use evac_core::{SourceError, SourceErrorKind};
use evac_engine::{chain, root_cause};
use kube::{Error, client::AuthError, core::Status};

/// What an error means for a question about `what`, such as `backups.velero.io`.
pub(crate) fn failure(what: &str, error: &Error) -> SourceError {
    let (kind, words) = match error {
        Error::Api(status) => return refusal(what, status),
        _ if lacks_credentials(error) => (SourceErrorKind::Denied, format!("no credentials: {}", root_cause(error))),
        Error::SerdeError(_) | Error::FromUtf8(_) | Error::LinesCodecMaxLineLengthExceeded => {
            (SourceErrorKind::Malformed, root_cause(error))
        }
        Error::HyperError(_) | Error::Service(_) | Error::ReadEvents(_) => (transport(error), root_cause(error)),
        _ => (SourceErrorKind::Setup, root_cause(error)),
    };
    SourceError::new(kind, format!("{what}: {words}"))
}

/// What a refusal by the API server means.
pub(crate) fn refusal(what: &str, status: &Status) -> SourceError {
    let kind = match status.code {
        401 | 403 => SourceErrorKind::Denied,
        404 => SourceErrorKind::NotFound,
        408 | 504 => SourceErrorKind::Timeout,
        429 => SourceErrorKind::Throttled,
        _ => SourceErrorKind::Service,
    };
    let hint = if status.code == 404 && what.ends_with(".velero.io") { " (is Velero in this cluster?)" } else { "" };
    let words = if status.message.trim().is_empty() { &status.reason } else { &status.message };
    SourceError::new(kind, format!("{what}: {} {words}{hint}", status.code))
}

/// Nothing came within the limit.
pub(crate) fn silence(what: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Timeout, format!("{what}: no answer in time"))
}

/// True when there were no credentials to send a request with: when the client is made or, with a token that has run out,
/// later, when kube tells it as a failure of its service.
pub(crate) fn lacks_credentials(error: &Error) -> bool {
    chain(error).any(|error| error.is::<AuthError>())
}

fn transport(error: &Error) -> SourceErrorKind {
    let timed_out = chain(error).any(|error| {
        error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::TimedOut)
            || error.is::<tokio::time::error::Elapsed>()
    });
    if timed_out { SourceErrorKind::Timeout } else { SourceErrorKind::Unreachable }
}
