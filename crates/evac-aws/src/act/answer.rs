//! What came of a call that changes something: the one place where a failure is judged.
//!
//! | what happened | answer |
//! | --- | --- |
//! | an answer of success | accepted |
//! | nothing was handed to a connection: no credentials in time, a region that is not set up | refused |
//! | no connection: an unknown host, a refused port, no TLS, no connection in time | refused for now |
//! | throttling and overload (`Throttling`, `SlowDown`, `PriorRequestNotComplete`, `ServiceUnavailable`, 429 and their like), whatever the status | refused for now |
//! | a state that passes (`Invalid…StateFault`, `ConflictException`, `ConditionalRequestConflict`, no capacity) | refused for now |
//! | credentials that have run out (`ExpiredToken`) | refused for now: they can be renewed |
//! | any other refusal with a status of 3xx or 4xx, or `NotImplemented` | refused |
//! | a name of our own that is there already (`…AlreadyExists…`), where the call creates it | accepted, with `existed` |
//! | a status of 5xx without one of those codes, `InternalFailure` among them | unknown |
//! | sent, and no answer in time; the connection broke; half an answer; one that cannot be read | unknown |

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aws_sdk_rds::operation::RequestId;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef},
        result::SdkError,
        runtime_components::RuntimeComponents,
    },
    http::Response,
};
use aws_smithy_types::{config_bag::ConfigBag, error::metadata::ProvideErrorMetadata};
use evac_core::{
    SourceError, SourceErrorKind,
    run::{CallAnswer, Receipt},
};
use evac_engine::{Permit, chain};

use crate::error::{kind_of, source_error};

/// Codes with which a service says that it did not do it, and that it may do it later. `ConflictException` is that of
/// routing controls, which asks for another try, and is said of a safety rule that waits too.
const LATER: [&str; 13] = [
    "ConditionalRequestConflict",
    "ConflictException",
    "EndpointTemporarilyUnavailableException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InsufficientDBClusterCapacityFault",
    "InsufficientDBInstanceCapacity",
    "InsufficientStorageClusterCapacity",
    "OperationAborted",
    "RequestExpired",
    "RequestTimeout",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

/// Sees whether a request was handed to a connection, and lets none through without a permit. One that was not is
/// certainly not taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sending(Arc<AtomicBool>);

impl Intercept for Sending {
    fn name(&self) -> &'static str {
        "Sending"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(why) = Permit::refusal() {
            return Err(why.into());
        }
        self.0.store(true, Ordering::SeqCst);
        Ok(())
    }
}

/// What can have become of a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was certainly not taken.
    Refused {
        /// True when it may be taken later.
        temporary: bool,
    },
    /// Nobody knows.
    Unknown,
}

/// The fate of a call that failed.
pub(crate) fn fate<E>(error: &SdkError<E, Response>, sending: &Sending) -> Fate
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    if !sending.0.load(Ordering::SeqCst) {
        let kind = source_error("", error).kind;
        return Fate::Refused { temporary: kind != SourceErrorKind::Setup };
    }
    match error {
        SdkError::DispatchFailure(failure)
            if failure.as_connector_error().is_some_and(|error| never_connected(error)) =>
        {
            Fate::Refused { temporary: true }
        }
        SdkError::ServiceError(answer) => fate_of_answer(answer.err().code(), answer.raw().status().as_u16()),
        _ => Fate::Unknown,
    }
}

/// The fate of a call by the code and status of its answer.
pub(crate) fn fate_of_answer(code: Option<&str>, status: u16) -> Fate {
    let passes = |code: &str| LATER.contains(&code) || (code.starts_with("Invalid") && code.contains("State"));
    if kind_of(code, status) == SourceErrorKind::Throttled || code.is_some_and(passes) {
        return Fate::Refused { temporary: true };
    }
    match status {
        // Of a request timeout that no service has put its name to, something between may know more than it tells.
        408 => Fate::Unknown,
        300..=499 => Fate::Refused { temporary: false },
        _ if code == Some("NotImplemented") => Fate::Refused { temporary: false },
        // Among them a good status with words that the SDK cannot read.
        _ => Fate::Unknown,
    }
}

/// True when the failure is one of making the connection.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let is_connect = |error: &(dyn Error + 'static)| {
        error.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(|error| error.is_connect())
    };
    chain(error).any(is_connect)
}

/// The answer of a call that failed.
pub(crate) fn failed<E>(operation: &str, error: &SdkError<E, Response>, sending: &Sending) -> CallAnswer
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let why = source_error(operation, error).message;
    match fate(error, sending) {
        Fate::Refused { temporary } => CallAnswer::Refused { why, temporary },
        Fate::Unknown => CallAnswer::Unknown { why },
    }
}

/// The answer of a call whose own answer gives nothing but the id that AWS asks for in a support case.
pub(crate) fn answered<O, E>(operation: &str, sent: Result<O, SdkError<E, Response>>, sending: &Sending) -> CallAnswer
where
    O: RequestId,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match sent {
        Ok(output) => accepted(&output, []),
        Err(error) => failed(operation, &error, sending),
    }
}

/// The same for a call that creates what has a name of its own: one of that name that is there already was made by
/// this plan.
pub(crate) fn created<O, E>(operation: &str, sent: Result<O, SdkError<E, Response>>, sending: &Sending) -> CallAnswer
where
    O: RequestId,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match sent {
        Err(SdkError::ServiceError(answer))
            if answer.err().code().is_some_and(|code| code.contains("AlreadyExists")) =>
        {
            CallAnswer::Accepted { receipt: note("existed", "true") }
        }
        sent => answered(operation, sent, sending),
    }
}

/// An accepted call with what its answer gave.
pub(crate) fn accepted<const N: usize>(output: &impl RequestId, given: [(&str, String); N]) -> CallAnswer {
    let mut receipt: Receipt = given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    if let Some(id) = output.request_id() {
        receipt.insert("request-id".to_owned(), evac_core::text::clean(id));
    }
    CallAnswer::Accepted { receipt }
}

/// A receipt of one entry.
pub(crate) fn note(name: &str, value: &str) -> Receipt {
    Receipt::from([(name.to_owned(), value.to_owned())])
}

/// A call that was not made, since something that has to be read for it could not be.
pub(crate) fn not_made(error: &SourceError) -> CallAnswer {
    use SourceErrorKind::{Denied, NotFound, Setup};
    let temporary = !matches!(error.kind, Denied | NotFound | Setup);
    CallAnswer::Refused { why: error.message.clone(), temporary }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_judged_by_its_code_and_then_by_its_status() {
        const LATER: Fate = Fate::Refused { temporary: true };
        const NEVER: Fate = Fate::Refused { temporary: false };
        for (code, status, expected) in [
            (Some("Throttling"), 400, LATER),
            (Some("ThrottlingException"), 400, LATER),
            (Some("SlowDown"), 503, LATER),
            (None, 429, LATER),
            (Some("ServiceUnavailable"), 503, LATER),
            (Some("EndpointTemporarilyUnavailableException"), 503, LATER),
            (Some("InvalidGlobalClusterStateFault"), 400, LATER),
            (Some("InvalidDBClusterStateFault"), 400, LATER),
            (Some("InvalidDBInstanceState"), 400, LATER),
            (Some("ConditionalRequestConflict"), 409, LATER),
            (Some("RequestTimeout"), 400, LATER),
            (Some("ExpiredToken"), 403, LATER),
            (Some("ConflictException"), 409, LATER),
            (Some("PriorRequestNotComplete"), 400, LATER),
            (Some("ServiceLimitExceededException"), 402, NEVER),
            (Some("AccessDenied"), 403, NEVER),
            (Some("GlobalClusterNotFoundFault"), 404, NEVER),
            (Some("PermanentRedirect"), 301, NEVER),
            (Some("InvalidParameterValue"), 400, NEVER),
            (Some("NotImplemented"), 501, NEVER),
            (None, 404, NEVER),
            (Some("InternalFailure"), 500, Fate::Unknown),
            (Some("InternalError"), 500, Fate::Unknown),
            (None, 500, Fate::Unknown),
            (None, 502, Fate::Unknown),
            (None, 503, Fate::Unknown),
            (None, 504, Fate::Unknown),
            (None, 408, Fate::Unknown),
            (None, 200, Fate::Unknown),
        ] {
            assert_eq!(fate_of_answer(code, status), expected, "{code:?} {status}");
        }
    }
}
