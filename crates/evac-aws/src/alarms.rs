//! CloudWatch DescribeAlarms: the alarms of a region, metric and composite.

use aws_sdk_cloudwatch::{
    Client,
    types::{AlarmType, StateValue},
};
use aws_smithy_types::DateTime;
use evac_core::{
    Reading, SourceError,
    reading::{Alarm, AlarmState, AlarmsReading},
};
use evac_engine::Call;
use futures::future::BoxFuture;

use crate::{
    ask::{Asking, Question, Said, pages},
    error::source_error,
    field::{keep, optional, timestamp, words},
    prices::{CLOUDWATCH, call},
};

const OPERATION: &str = "cloudwatch:DescribeAlarms";

/// Asks for all alarms of the region.
pub(crate) struct AskAlarms {
    pub(crate) client: Client,
}

impl Question for AskAlarms {
    fn calls(&self) -> Vec<Call> {
        vec![call(OPERATION, 1.0, CLOUDWATCH)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let page = |token| {
                let request = self
                    .client
                    .describe_alarms()
                    .alarm_types(AlarmType::MetricAlarm)
                    .alarm_types(AlarmType::CompositeAlarm)
                    .max_records(100)
                    .set_next_token(token);
                async {
                    let sent = request.customize().interceptor(asking.dates()).send().await;
                    let answer = sent.map_err(|error| source_error(OPERATION, &error))?;
                    let metric = answer.metric_alarms().iter().map(|alarm| {
                        let since = alarm.state_transitioned_timestamp().or(alarm.state_updated_timestamp());
                        reading(alarm.alarm_name(), alarm.state_value(), since, alarm.state_reason())
                    });
                    let composite = answer.composite_alarms().iter().map(|alarm| {
                        let since = alarm.state_transitioned_timestamp().or(alarm.state_updated_timestamp());
                        reading(alarm.alarm_name(), alarm.state_value(), since, alarm.state_reason())
                    });
                    let alarms = metric.chain(composite).filter_map(keep).collect();
                    Ok((alarms, answer.next_token))
                }
            };
            let mut alarms = pages(OPERATION, page).await?;
            alarms.sort_by(|left, right| left.state.cmp(&right.state).then_with(|| left.name.cmp(&right.name)));
            Ok(Reading::Alarms(AlarmsReading { alarms }).into())
        })
    }
}

fn reading(
    name: Option<&str>,
    state: Option<&StateValue>,
    since: Option<&DateTime>,
    reason: Option<&str>,
) -> Result<Alarm, SourceError> {
    let state = match state {
        Some(StateValue::Alarm) => AlarmState::Alarm,
        Some(StateValue::Ok) => AlarmState::Ok,
        // Also a state that CloudWatch came to know after this was written: nothing can be concluded from it.
        _ => AlarmState::InsufficientData,
    };
    Ok(Alarm {
        name: words(OPERATION, "AlarmName", name)?,
        state,
        since: since.and_then(timestamp),
        reason: optional(reason),
    })
}
