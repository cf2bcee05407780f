//! Health checks and what their checkers report.

use jiff::Timestamp;

use super::{Answer, Call, Document, ServiceError, World, listing};
use crate::{
    probe,
    topology::Region,
    world::traffic::{Answer as Seen, CHECKER_REGIONS, Checker, INTERVAL, THRESHOLD},
};

fn check(world: &World, region: Region) -> Document {
    let regions = Document::list("Region", CHECKER_REGIONS.map(Document::from));
    let config = Document::of([
        ("Port", 443.into()),
        ("Type", "HTTPS".into()),
        ("ResourcePath", probe::PATH.into()),
        ("FullyQualifiedDomainName", region.host().into()),
        ("RequestInterval", INTERVAL.into()),
        ("FailureThreshold", i64::from(THRESHOLD).into()),
        ("MeasureLatency", false.into()),
        ("Inverted", false.into()),
        ("Disabled", false.into()),
        ("EnableSNI", true.into()),
        ("Regions", regions),
    ]);
    Document::of([
        ("Id", region.health_check().into()),
        ("CallerReference", format!("akidb-{}-{}", region.short(), world.started.as_second() % 1000).into()),
        ("HealthCheckConfig", config),
        ("HealthCheckVersion", 1.into()),
    ])
}

pub fn list(world: &World, call: &Call<'_>) -> Answer {
    let checks = Region::ALL.into_iter().map(|region| check(world, region)).collect();
    Ok(("ListHealthChecksResponse", listing(call, "HealthChecks", "HealthCheck", checks)?))
}

pub fn count() -> Answer {
    Ok(("GetHealthCheckCountResponse", Document::of([("HealthCheckCount", (Region::ALL.len() as i64).into())])))
}

fn find(id: &str) -> Result<Region, ServiceError> {
    let found = Region::ALL.into_iter().find(|region| region.health_check() == id);
    found.ok_or_else(|| {
        ServiceError::not_found("NoSuchHealthCheck", format!("A health check with id {id} does not exist."))
    })
}

pub fn get(world: &World, id: &str) -> Answer {
    Ok(("GetHealthCheckResponse", Document::of([("HealthCheck", check(world, find(id)?))])))
}

pub fn status(world: &World, id: &str) -> Answer {
    let observations = observations(world, find(id)?, |_| true);
    Ok(("GetHealthCheckStatusResponse", Document::of([("HealthCheckObservations", observations)])))
}

pub fn last_failure(world: &World, id: &str) -> Answer {
    let observations = observations(world, find(id)?, |checker| checker.seen != Seen::Healthy);
    Ok(("GetHealthCheckLastFailureReasonResponse", Document::of([("HealthCheckObservations", observations)])))
}

fn observations(world: &World, region: Region, shown: impl Fn(&Checker) -> bool) -> Document {
    let checkers = world.traffic.checks[region].checkers.iter().enumerate();
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
    Document::list("HealthCheckObservation", observations.collect::<Vec<_>>())
}

fn words(seen: Seen) -> String {
    match seen {
        Seen::Healthy => "Success: HTTP Status Code 200, OK".to_owned(),
        Seen::Status(status) => format!("Failure: HTTP Status Code {status}"),
        Seen::Silence => "Failure: Connection timed out. The endpoint or the internet connection is down, or requests \
                          are being blocked by your firewall."
            .to_owned(),
    }
}
