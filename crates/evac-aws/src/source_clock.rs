//! What time it is where the answers come from: the HTTP `Date` of each of them, kept for each service and region.
//!
//! Questions about a time window follow that clock and not this machine's, so that an operator's skewed laptop and
//! a simulated world that runs fast both ask about the right minutes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef},
        },
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{DateTime, config_bag::ConfigBag, date_time::Format};
use evac_core::snapshot::SourceClock;
use evac_engine::Clock;
use jiff::Timestamp;

use crate::field;

/// The clock of one service in one region, as far as its answers have shown it, and where those answers come from.
#[derive(Debug)]
pub(crate) struct ServiceClock {
    rate: f64,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    clock: Option<SourceClock>,
    endpoint: Option<String>,
}

impl ServiceClock {
    /// A clock that nothing is known of, in a world that runs at this rate.
    pub(crate) fn new(rate: f64) -> Self {
        Self { rate, seen: Mutex::default() }
    }

    /// What time it is at the service, carried on from its newest answer; `None` before the first one.
    pub(crate) fn now(&self, here: Timestamp) -> Option<Timestamp> {
        self.seen().clock.map(|clock| clock.now(here, self.rate))
    }

    /// The rate at which the service's time passes.
    pub(crate) fn rate(&self) -> f64 {
        self.rate
    }

    /// Scheme and host of the newest request, whatever named them: the stack, a profile, the environment or the SDK.
    pub(crate) fn endpoint(&self) -> Option<String> {
        self.seen().endpoint.clone()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Nothing is left half done under this lock: what a panicking thread stored is whole.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The `Date`s of the answers to one question, which may take several calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dates(Arc<Mutex<Option<(Timestamp, Timestamp)>>>);

impl Dates {
    /// Notes a `Date`.
    pub(crate) fn see(&self, date: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = Some(seen.map_or((date, date), |(first, last)| (first.min(date), last.max(date))));
    }

    /// The oldest and the newest `Date`; `None` when no answer came at all.
    pub(crate) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the `Date` of every answer to a call, refusals included.
#[derive(Clone)]
pub(crate) struct DateReader {
    pub(crate) clock: Arc<ServiceClock>,
    pub(crate) dates: Dates,
    pub(crate) here: Arc<dyn Clock>,
}

impl std::fmt::Debug for DateReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DateReader").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Intercept for DateReader {
    fn name(&self) -> &'static str {
        "DateReader"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri = context.request().uri();
        let host = uri.find("://").map(|scheme| {
            let rest = scheme + 3;
            let end = uri[rest..].find(['/', '?']).map_or(uri.len(), |end| rest + end);
            uri[..end].to_owned()
        });
        self.clock.seen().endpoint = host;
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        if let Some(source) = date.as_ref().and_then(field::timestamp) {
            self.clock.seen().clock = Some(SourceClock { source, here: self.here.now() });
            self.dates.see(source);
        }
        Ok(())
    }
}
