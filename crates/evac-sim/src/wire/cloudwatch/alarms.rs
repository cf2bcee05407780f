//! Alarms.

use jiff::Timestamp;

use super::{Document, Request, ServiceError, dimensions};
use crate::{
    wire::pages,
    world::{
        World,
        alarms::{Alarm, EVALUATION_PERIODS},
        metrics::MINUTE,
    },
};

pub fn describe(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let input = request.input;
    let names = input.texts("AlarmNames");
    let prefix = input.text("AlarmNamePrefix");
    if prefix.is_some() && !names.is_empty() {
        let text = "AlarmNamePrefix and AlarmNames cannot be given together.";
        return Err(ServiceError::sender("ValidationError", text));
    }
    let types = input.texts("AlarmTypes");
    let alarms = world
        .alarms
        .iter()
        .filter(|alarm| alarm.region == request.region)
        .filter(|alarm| names.is_empty() || names.contains(&alarm.name.as_str()))
        .filter(|alarm| prefix.is_none_or(|prefix| alarm.name.starts_with(prefix)))
        .filter(|alarm| input.text("StateValue").is_none_or(|wanted| wanted == alarm.state.name()))
        .filter(|_| types.is_empty() || types.contains(&"MetricAlarm"))
        .map(document)
        .collect();
    let most = input.integer("MaxRecords").unwrap_or(50);
    if !(1..=100).contains(&most) {
        return Err(ServiceError::sender("ValidationError", "MaxRecords must be between 1 and 100."));
    }
    let wrong = ServiceError::sender("InvalidNextToken", "The next token specified is invalid.");
    let page = pages::page(alarms, input.text("NextToken"), most as usize, wrong)?;
    let output =
        Document::of([("MetricAlarms", Document::members(page.items)), ("CompositeAlarms", Document::members([]))]);
    Ok(output.with_optional("NextToken", page.next))
}

fn document(alarm: &Alarm) -> Document {
    let since = Timestamp::from_second(alarm.since).unwrap_or(Timestamp::UNIX_EPOCH);
    Document::of([
        ("AlarmName", alarm.name.as_str().into()),
        ("AlarmArn", alarm.arn().into()),
        ("AlarmDescription", alarm.description.into()),
        ("AlarmConfigurationUpdatedTimestamp", since.into()),
        ("ActionsEnabled", true.into()),
        ("OKActions", Document::members([])),
        ("AlarmActions", Document::members([])),
        ("InsufficientDataActions", Document::members([])),
        ("StateValue", alarm.state.name().into()),
        ("StateReason", alarm.reason.as_str().into()),
        ("StateUpdatedTimestamp", since.into()),
        ("StateTransitionedTimestamp", since.into()),
        ("MetricName", alarm.metric.into()),
        ("Namespace", alarm.namespace.into()),
        ("Statistic", alarm.statistic.into()),
        ("Dimensions", dimensions(&alarm.dimensions)),
        ("Period", MINUTE.into()),
        ("EvaluationPeriods", (EVALUATION_PERIODS as i64).into()),
        ("DatapointsToAlarm", (EVALUATION_PERIODS as i64).into()),
        ("Threshold", alarm.threshold.into()),
        ("ComparisonOperator", alarm.bad.operator().into()),
        ("TreatMissingData", "missing".into()),
    ])
}
