use evac_core::{Source, assessment::Code, history::Measure};
use ratatui::text::Line;

use super::{Family, Room, judge};
use crate::tui::{
    theme::Role,
    view::{
        canvas::worded,
        format,
        scope::Scope,
        spark::{arrow, points, spark},
        state::State,
    },
};

const SOURCES: [Source; 2] = [Source::Probe, Source::Workloads];

/// What the region's users meet, and what its cluster carries.
pub(super) fn family(scope: &Scope<'_>, room: Room) -> Family {
    let columns = room.columns;
    let evidence = scope.evidence(&SOURCES);
    if evidence.freshness.is_none() {
        return Family::absent("HEALTH");
    }
    let mut state = judge(scope, &evidence, belongs);
    // A probe without an answer is what the region's users have as well.
    if scope.assessed.health.probe == Some(false) && state == State::unknown("FAILED") {
        state = State::bad("FAILED");
    }
    let mut lines = vec![endpoint(scope, columns), capacity(scope, columns)];
    lines.extend(trend(scope, columns));
    Family { title: "HEALTH", state, age: evidence.age, fresh: evidence.is_fresh(), lines }.settled(scope, &evidence)
}

fn belongs(code: Code) -> bool {
    matches!(
        code,
        Code::ProbeFailed
            | Code::ProbeSlow
            | Code::Checkers
            | Code::WorkloadMissing
            | Code::WorkloadShort
            | Code::NodesShort
    )
}

fn endpoint(scope: &Scope<'_>, columns: usize) -> Line<'static> {
    worded(|wide| endpoint_parts(scope, wide), columns, scope.look)
}

fn endpoint_parts(scope: &Scope<'_>, wide: bool) -> Vec<Line<'static>> {
    let health = &scope.assessed.health;
    let mut parts = Vec::new();
    if let (Some(status), Some(latency)) = (health.status, health.latency) {
        let fine = (200..400).contains(&status);
        let role = if fine { Role::Text } else { Role::Critical };
        let status = if wide || !fine { format!("HTTP {status}") } else { status.to_string() };
        let took = format!("{}{}", if wide { " in " } else { " " }, format::latency(latency));
        parts.push(Line::from(vec![scope.span(role, status), scope.text(took)]));
    } else if health.probe == Some(false) {
        parts.push(Line::from(scope.span(Role::Critical, "no answer")));
    }
    if let Some(share) = health.checkers {
        let low = share <= scope.model.stack.thresholds.checkers_healthy;
        let role = if low { Role::Critical } else { Role::Text };
        let label = if wide { "checkers " } else { "chk " };
        parts.push(Line::from(vec![scope.dim(label), scope.span(role, format::percent(share))]));
    }
    parts
}

fn capacity(scope: &Scope<'_>, columns: usize) -> Line<'static> {
    let Some(capacity) = &scope.assessed.capacity else { return Line::default() };
    let share = |label: &str, ready: u32, all: u32| {
        let role = if ready < all { Role::Warning } else { Role::Text };
        Line::from(vec![scope.dim(label.to_owned()), scope.span(role, format!("{ready}/{all}"))])
    };
    let parts = |wide| {
        vec![
            share(if wide { "replicas " } else { "pods " }, capacity.ready, capacity.desired),
            share("nodes ", capacity.nodes_ready, capacity.nodes_total),
        ]
    };
    worded(parts, columns, scope.look)
}

fn trend(scope: &Scope<'_>, columns: usize) -> Option<Line<'static>> {
    let points = points(scope.model, Measure::ProbeLatency, scope.region);
    // Its row is there from the first answer on, so that a minute later nothing below it moves.
    let begun = scope.assessed.health.latency.is_some() || points.len() > 1;
    let room = columns.checked_sub(10).filter(|_| begun)?;
    let top = scope.model.stack.thresholds.probe_latency.get().as_secs_f64() * 1_000.0 / 10.0;
    let look = scope.look;
    let sparks = spark(&points, room, top, look);
    Some(Line::from(vec![scope.dim("latency "), sparks, scope.text(" "), arrow(&points, look)]))
}
