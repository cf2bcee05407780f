//! Health checks and what their checkers report.

use jiff::Timestamp;
use quick_xml::de;
use serde::Deserialize;

use super::{Answer, Call, Document, ServiceError, World, change, listing};
use crate::{
    probe,
    topology::{CheckKind, Region},
    world::traffic::{Answer as Seen, CHECKER_REGIONS, Checker, HealthCheck, Settings, THRESHOLD},
};

/// Every check, in the order of the lists.
fn every() -> impl Iterator<Item = (Region, CheckKind)> {
    CheckKind::ALL.into_iter().flat_map(|kind| Region::ALL.map(|region| (region, kind)))
}

/// What checkers ask, for the kinds that have checkers.
fn watched(world: &World, region: Region, kind: CheckKind) -> Option<&HealthCheck> {
    match kind {
        CheckKind::Endpoint => Some(&world.traffic.checks[region]),
        CheckKind::Stop => Some(&world.traffic.stops[region]),
        CheckKind::Calculated | CheckKind::RoutingControl => None,
    }
}

fn check(world: &World, region: Region, kind: CheckKind) -> Document {
    let Settings { inverted, disabled, version } = world.traffic.settings[region][kind.index()];
    let config = Document::of([("Inverted", inverted.into()), ("Disabled", disabled.into())]);
    let config = match kind {
        CheckKind::Endpoint => {
            address(config, world, (region, kind), 443, region.host(), probe::PATH.to_owned()).with("Type", "HTTPS")
        }
        CheckKind::Stop => {
            let standby = region.standby();
            let host = format!("{}.s3.{standby}.amazonaws.com", standby.bucket());
            address(config, world, (region, kind), 80, host, format!("/{}", region.stop_key())).with("Type", "HTTP")
        }
        CheckKind::RoutingControl => {
            config.with("Type", "RECOVERY_CONTROL").with("RoutingControlArn", region.routing_control())
        }
        CheckKind::Calculated => {
            let children = CheckKind::CHILDREN.map(|kind| region.check(kind).into());
            config
                .with("Type", "CALCULATED")
                .with("HealthThreshold", children.len() as i64)
                .with("ChildHealthChecks", Document::list("ChildHealthCheck", children))
        }
    };
    let number = kind.index();
    Document::of([
        ("Id", region.check(kind).into()),
        ("CallerReference", format!("akidb-{}-{number}-{}", region.short(), world.started.as_second() % 1000).into()),
        ("HealthCheckConfig", config),
        ("HealthCheckVersion", version.into()),
    ])
}

fn address(
    config: Document,
    world: &World,
    (region, kind): (Region, CheckKind),
    port: i64,
    host: String,
    path: String,
) -> Document {
    let interval = watched(world, region, kind).map_or(0, |check| check.interval);
    config
        .with("Port", port)
        .with("ResourcePath", path)
        .with("FullyQualifiedDomainName", host)
        .with("RequestInterval", interval)
        .with("FailureThreshold", i64::from(THRESHOLD))
        .with("MeasureLatency", false)
        .with("EnableSNI", port == 443)
        .with("Regions", Document::list("Region", CHECKER_REGIONS.map(Document::from)))
}

pub fn list(world: &World, call: &Call<'_>) -> Answer {
    let checks = every().map(|(region, kind)| check(world, region, kind)).collect();
    Ok(("ListHealthChecksResponse", listing(call, "HealthChecks", "HealthCheck", checks)?))
}

pub fn count() -> Answer {
    Ok(("GetHealthCheckCountResponse", Document::of([("HealthCheckCount", (every().count() as i64).into())])))
}

/// The check of that identifier.
pub fn find(id: &str) -> Result<(Region, CheckKind), ServiceError> {
    Region::of_check(id).ok_or_else(|| {
        ServiceError::not_found("NoSuchHealthCheck", format!("A health check with id {id} does not exist."))
    })
}

pub fn get(world: &World, id: &str) -> Answer {
    let (region, kind) = find(id)?;
    Ok(("GetHealthCheckResponse", Document::of([("HealthCheck", check(world, region, kind))])))
}

/// What can be changed here. Another member is refused: a change that is not made must not look as if it was.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    #[serde(rename = "@xmlns")]
    _namespace: Option<String>,
    health_check_version: Option<i64>,
    inverted: Option<bool>,
    disabled: Option<bool>,
}

/// `UpdateHealthCheck`.
pub fn update(world: &mut World, id: &str, call: &Call<'_>) -> Answer {
    let (region, kind) = find(id)?;
    let text = String::from_utf8_lossy(call.body);
    let update: Update =
        de::from_str(&text).map_err(|error| ServiceError::sender("InvalidInput", format!("Invalid XML ; {error}")))?;
    world.traffic.zone.count_request(world.tick).map_err(change::refused)?;
    let settings = &mut world.traffic.settings[region][kind.index()];
    if update.health_check_version.is_some_and(|version| version != settings.version) {
        let message = format!("The value of HealthCheckVersion is not {}.", settings.version);
        return Err(ServiceError { code: "HealthCheckVersionMismatch", message, status: 409 });
    }
    settings.inverted = update.inverted.unwrap_or(settings.inverted);
    settings.disabled = update.disabled.unwrap_or(settings.disabled);
    settings.version += 1;
    Ok(("UpdateHealthCheckResponse", Document::of([("HealthCheck", check(world, region, kind))])))
}

pub fn status(world: &World, id: &str) -> Answer {
    let observations = observations(world, id, |_| true)?;
    Ok(("GetHealthCheckStatusResponse", Document::of([("HealthCheckObservations", observations)])))
}

pub fn last_failure(world: &World, id: &str) -> Answer {
    let observations = observations(world, id, |checker| checker.seen != Seen::Healthy)?;
    Ok(("GetHealthCheckLastFailureReasonResponse", Document::of([("HealthCheckObservations", observations)])))
}

fn observations(world: &World, id: &str, shown: impl Fn(&Checker) -> bool) -> Result<Document, ServiceError> {
    let (region, kind) = find(id)?;
    let Some(check) = watched(world, region, kind) else {
        let message = format!("The health check {id} is of a type that has no checkers.");
        return Err(ServiceError::sender("InvalidInput", message));
    };
    let checkers = check.checkers.iter().enumerate();
    let observations = checkers.filter(|(_, checker)| shown(checker)).map(|(number, checker)| {
        let at = Timestamp::from_second(checker.checked_at).unwrap_or(Timestamp::UNIX_EPOCH);
        let report = Document::of([("Status", words(checker.seen).into()), ("CheckedTime", at.into())]);
        Document::of([
            ("Region", CHECKER_REGIONS[number / 2].into()),
            // Documentation addresses (RFC 5737): the real checkers' ranges belong to somebody.
            ("IPAddress", format!("192.0.2.{}", 100 + number).into()),
            ("StatusReport", report),
        ])
    });
    Ok(Document::list("HealthCheckObservation", observations.collect::<Vec<_>>()))
}

fn words(seen: Seen) -> String {
    match seen {
        Seen::Healthy => "Success: HTTP Status Code 200, OK".to_owned(),
        Seen::Status(404) => "Failure: HTTP Status Code 404, Not Found".to_owned(),
        Seen::Status(status) => format!("Failure: HTTP Status Code {status}"),
        Seen::Silence => "Failure: Connection timed out. The endpoint or the internet connection is down, or requests \
                          are being blocked by your firewall."
            .to_owned(),
    }
}
