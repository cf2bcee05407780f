//! Route 53 ListHealthChecks and GetHealthCheckStatus: the stack's health checks and what their checkers report.

use std::collections::BTreeSet;

use aws_sdk_route53::{
    Client,
    types::{HealthCheck as SdkHealthCheck, HealthCheckConfig, HealthCheckType},
};
use evac_core::{
    Reading, SourceError, SourceErrorKind, Stack,
    ids::HealthCheckId,
    reading::{HealthCheck, HealthChecksReading},
    text,
};
use evac_engine::Call;
use futures::{StreamExt, TryStreamExt, future::BoxFuture, stream};

use crate::{
    ask::{Asking, Question, Said, pages},
    error::source_error,
    field::{keep, name},
    metrics::health_checks,
    prices::{FREE, call},
};

const LIST: &str = "route53:ListHealthChecks";
const STATUS: &str = "route53:GetHealthCheckStatus";
/// How many statuses are asked for at once: an account has about five requests a second.
const AT_ONCE: usize = 4;

/// Asks for the health checks that the stack names.
pub(crate) struct AskHealthChecks {
    client: Client,
    wanted: BTreeSet<HealthCheckId>,
}

impl AskHealthChecks {
    /// The question for a stack's checks.
    pub(crate) fn new(stack: &Stack, client: Client) -> Self {
        Self { client, wanted: health_checks(stack) }
    }

    async fn listed(&self, asking: &Asking) -> Result<Vec<(HealthCheck, bool)>, SourceError> {
        pages(LIST, |marker| {
            let request = self.client.list_health_checks().max_items(100).set_marker(marker);
            async {
                let sent = request.customize().interceptor(asking.dates()).send().await;
                let answer = sent.map_err(|error| source_error(LIST, &error))?;
                let is_wanted = |check: &&SdkHealthCheck| self.wanted.contains(check.id());
                let checks = answer.health_checks().iter().filter(is_wanted).filter_map(|check| keep(reading(check)));
                Ok((checks.collect(), answer.next_marker))
            }
        })
        .await
    }

    /// The check with what its checkers report. A service that knows the check but not its checkers leaves the
    /// count empty, which counts as no evidence; silence or a refusal fails the question.
    async fn with_status(&self, asking: &Asking, mut check: HealthCheck) -> Result<HealthCheck, SourceError> {
        let request = self.client.get_health_check_status().health_check_id(check.id.as_str());
        match request.customize().interceptor(asking.dates()).send().await {
            Ok(answer) => {
                let statuses =
                    answer.health_check_observations().iter().filter_map(|seen| seen.status_report()?.status());
                for status in statuses.take(1_000) {
                    check.checkers_total += 1;
                    check.checkers_healthy += u32::from(status.starts_with("Success"));
                }
                Ok(check)
            }
            Err(error) => {
                let error = source_error(STATUS, &error);
                match error.kind {
                    SourceErrorKind::Service | SourceErrorKind::NotFound | SourceErrorKind::Malformed => {
                        tracing::warn!(%error, check = %check.id, "no checker's report");
                        Ok(check)
                    }
                    _ => Err(error),
                }
            }
        }
    }
}

impl Question for AskHealthChecks {
    fn calls(&self) -> Vec<Call> {
        let checks = u32::try_from(self.wanted.len()).unwrap_or(u32::MAX);
        vec![call(LIST, 1.0, FREE), call(STATUS, f64::from(checks), FREE)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async move {
            let listed = self.listed(asking).await?;
            let asked = listed.into_iter().map(|(check, has_checkers)| async move {
                if has_checkers { self.with_status(asking, check).await } else { Ok(check) }
            });
            let checks = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
            Ok(Reading::HealthChecks(HealthChecksReading { checks }).into())
        })
    }
}

/// The check, and whether checkers watch it: only endpoint checks have a status of their own to ask for.
fn reading(check: &SdkHealthCheck) -> Result<(HealthCheck, bool), SourceError> {
    let id = name(LIST, "Id", Some(check.id()), HealthCheckId::new)?;
    let config = check.health_check_config();
    let (target, has_checkers) = config.map(target).unwrap_or_default();
    let check = HealthCheck {
        id,
        target: text::clean(&target),
        inverted: config.and_then(HealthCheckConfig::inverted).unwrap_or_default(),
        disabled: config.and_then(HealthCheckConfig::disabled).unwrap_or_default(),
        checkers_healthy: 0,
        checkers_total: 0,
    };
    Ok((check, has_checkers))
}

fn target(config: &HealthCheckConfig) -> (String, bool) {
    let scheme = match config.r#type() {
        HealthCheckType::Http | HealthCheckType::HttpStrMatch => "http",
        HealthCheckType::Https | HealthCheckType::HttpsStrMatch => "https",
        HealthCheckType::Tcp => "tcp",
        HealthCheckType::Calculated => {
            return (format!("calculated of {} checks", config.child_health_checks().len()), false);
        }
        HealthCheckType::CloudwatchMetric => {
            let alarm = config.alarm_identifier().map(|alarm| alarm.name()).unwrap_or("an alarm");
            return (format!("alarm {alarm}"), false);
        }
        HealthCheckType::RecoveryControl => {
            let control = config.routing_control_arn().unwrap_or("a routing control");
            return (format!("routing control {control}"), false);
        }
        other => return (other.as_str().to_owned(), false),
    };
    let host = config.fully_qualified_domain_name().or(config.ip_address()).unwrap_or("?");
    let port = config.port().map(|port| format!(":{port}")).unwrap_or_default();
    (format!("{scheme}://{host}{port}{}", config.resource_path().unwrap_or_default()), true)
}
