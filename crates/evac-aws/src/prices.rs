//! What calls cost: list prices of us-east-1, in USD. `evac doctor` sums them over a day.

use evac_engine::Call;

/// GetMetricData: 0.01 USD for a thousand metrics asked for.
pub(crate) const METRIC: f64 = 0.01 / 1_000.0;
/// Other CloudWatch requests, such as DescribeAlarms: 0.01 USD a thousand.
pub(crate) const CLOUDWATCH: f64 = 0.01 / 1_000.0;
/// Cost Explorer: 0.01 USD a page.
pub(crate) const COST_EXPLORER: f64 = 0.01;
/// S3 GET, HEAD and the like: 0.0004 USD a thousand.
pub(crate) const S3_GET: f64 = 0.000_4 / 1_000.0;
/// S3 PUT, COPY, POST and LIST: 0.005 USD a thousand.
pub(crate) const S3_PUT: f64 = 0.005 / 1_000.0;
/// DynamoDB on demand: 0.125 USD for a million reads, and a strongly consistent one counts in full.
pub(crate) const DYNAMODB_READ: f64 = 0.125 / 1_000_000.0;
/// RDS, STS and the API of Route 53 ask nothing.
pub(crate) const FREE: f64 = 0.0;

/// A call, so often a question, at so much each.
pub(crate) fn call(operation: &'static str, per_sample: f64, usd: f64) -> Call {
    Call { operation, per_sample, usd }
}
