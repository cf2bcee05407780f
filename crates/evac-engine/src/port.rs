//! The seam between the engine and what stands outside: a port asks one source in one region.

use std::sync::Arc;

use evac_core::{SourceError, SourceId, observation::Sampled};
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Notify;

/// What came of asking once.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP `Date` of the answer, which a refusal has too; `None` when nothing came.
    pub source_clock: Option<Timestamp>,
    /// What was said, or why nothing was.
    pub result: Result<Sampled, SourceError>,
}

/// One call that a port makes each time it is asked, and what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The service and operation, such as `rds:DescribeGlobalClusters`.
    pub operation: &'static str,
    /// How many such calls one question makes, on average.
    pub per_sample: f64,
    /// What one call costs, in USD: list prices, of us-east-1.
    pub usd: f64,
}

/// A way to ask one source in one region. The collector that drives it sees to the pace, the timeout and the
/// retries between questions, and never asks twice at once.
pub trait Port: Send + Sync + 'static {
    /// Who is asked.
    fn id(&self) -> &SourceId;

    /// The calls that one question makes.
    fn calls(&self) -> Vec<Call>;

    /// Asks. The future may be dropped when it takes too long.
    fn sample(&self) -> BoxFuture<'_, Answer>;

    /// Rings when something changed and asking again at once is worth it: a watch does this.
    fn changed(&self) -> Option<Arc<Notify>> {
        None
    }
}
