use evac_core::{
    Source,
    assessment::{BacklogSummary, Code},
    history::Measure,
    text,
};
use ratatui::text::Line;

use super::{Family, Room, judge};
use crate::tui::{
    theme::Role,
    view::{
        canvas::{figures, worded},
        format,
        scope::Scope,
        spark::{self, arrow, points},
        state::State,
    },
};

const SOURCES: [Source; 2] = [Source::Replication, Source::Metrics];

/// What waits to be replicated into the region's bucket.
pub(super) fn family(scope: &Scope<'_>, room: Room) -> Family {
    let columns = room.columns;
    if !scope.model.stack.buckets.contains_key(scope.region) {
        return Family::absent("S3 CRR");
    }
    let evidence = scope.evidence(&SOURCES);
    let mut state = judge(scope, &evidence, belongs);
    let backlog = scope.assessed.backlog.as_ref();
    let objective = scope.model.stack.objectives.replication_latency.get();
    if state == State::warning("HIGH") && backlog.is_some_and(|backlog| backlog.oldest <= objective) {
        state = State::unknown("OLD");
    }
    let mut lines = Vec::new();
    match backlog {
        Some(backlog) => {
            lines.push(waiting(scope, backlog, columns));
            lines.extend(trend(scope, room));
        }
        None if scope.is_writer() => lines.push(source(scope, columns)),
        None if scope.model.stack.replication_into(scope.region).next().is_none() => {
            lines.push(Line::from(scope.dim("nothing replicates to here")));
        }
        None => lines.push(Line::from(scope.span(Role::Unknown, "backlog unknown"))),
    }
    lines.extend(canary(scope));
    let age = backlog.map(|backlog| backlog.measured_ago).or(evidence.age);
    Family { title: "S3 CRR", state, age, fresh: evidence.is_fresh(), lines }.settled(scope, &evidence)
}

fn belongs(code: Code) -> bool {
    matches!(
        code,
        Code::ReplicationBacklog
            | Code::ReplicationUnknown
            | Code::ReplicationFailed
            | Code::ReplicationRule
            | Code::ReplicationOneWay
            | Code::CanaryLate
    )
}

fn waiting(scope: &Scope<'_>, backlog: &BacklogSummary, columns: usize) -> Line<'static> {
    let objectives = &scope.model.stack.objectives;
    let role = match backlog.oldest {
        oldest if oldest > objectives.rpo.get() => Role::Critical,
        oldest if oldest > objectives.replication_latency.get() => Role::Warning,
        _ => Role::Text,
    };
    let parts = |wide| {
        let age = if wide { text::age(backlog.oldest) } else { format::short(backlog.oldest) };
        let (label, objects) = if wide { ("oldest ", " objects") } else { ("", " obj") };
        vec![
            Line::from(vec![scope.text(format::count(backlog.operations)), scope.dim(objects)]),
            Line::from(scope.text(format::size(backlog.bytes))),
            Line::from(vec![scope.dim(label), scope.span(role, age)]),
        ]
    };
    worded(parts, columns, scope.look)
}

fn trend(scope: &Scope<'_>, room: Room) -> Vec<Line<'static>> {
    let points = points(scope.model, Measure::ReplicationBytes, scope.region);
    if points.len() < 2 {
        return Vec::new();
    }
    // Bytes have no objective to be measured by. A calm day fills two fifths, whatever it is that day.
    let mut sorted = points.clone();
    sorted.sort_by(f64::total_cmp);
    let top = sorted.get(sorted.len() / 2).copied().unwrap_or_default() * 2.5;
    if room.chart > 0 {
        return spark::chart(&points, room.columns, room.chart, top, scope.look);
    }
    let sparks = spark::spark(&points, room.columns.saturating_sub(10).min(60), top, scope.look);
    vec![Line::from(vec![scope.dim("waiting "), sparks, scope.text(" "), arrow(&points, scope.look)])]
}

fn source(scope: &Scope<'_>, columns: usize) -> Line<'static> {
    let rules = scope.model.stack.replication_out_of(scope.region).count();
    let rules = if rules == 1 { "1 rule".to_owned() } else { format!("{rules} rules") };
    let parts =
        vec![Line::from(vec![scope.dim("source of "), scope.text(rules)]), Line::from(scope.dim("waits for nothing"))];
    figures(parts, columns, scope.look)
}

fn canary(scope: &Scope<'_>) -> Option<Line<'static>> {
    scope.signal(Source::Canary)?;
    let canary = scope.model.snapshot.canary(scope.region)?;
    let took = match canary.took {
        Some(took) => format!("took {}", text::age(took)),
        None => format!("under way since {}", format::when(canary.written_at, scope.world_now())),
    };
    Some(Line::from(vec![scope.dim("canary "), scope.text(took)]))
}
