use evac_core::{
    Source,
    assessment::{Code, LagSummary, ObservedRole},
    history::Measure,
    text,
};
use ratatui::text::Line;

use super::{Family, Room, judge};
use crate::tui::{
    theme::Role,
    view::{
        canvas::figures,
        format,
        scope::Scope,
        spark::{self, arrow, points},
        state::State,
    },
};

const SOURCES: [Source; 3] = [Source::GlobalCluster, Source::Cluster, Source::Metrics];

/// The region's member of the Aurora Global Database: what it is, and how far it is behind.
pub(super) fn family(scope: &Scope<'_>, room: Room) -> Family {
    let columns = room.columns;
    let member = scope.model.stack.aurora.as_ref().is_some_and(|aurora| aurora.members.contains_key(scope.region));
    if !member {
        return Family::absent("AURORA");
    }
    let evidence = scope.evidence(&SOURCES);
    let mut state = judge(scope, &evidence, belongs);
    let lag = scope.assessed.lag.as_ref();
    // The same finding is of a lag that is too long, and of one that was measured too long ago to say.
    let objective = scope.model.stack.objectives.aurora_lag.get();
    if state == State::warning("HIGH") && lag.is_some_and(|lag| lag.lag <= objective) {
        state = State::unknown("OLD");
    }
    // Who writes is a question between regions; in the column of one that claims to, nothing can be green until
    // it is answered.
    if scope.assessed.role == ObservedRole::Contested {
        let claims = scope.model.assessment.writers.now().count();
        state = if claims > 1 { State::bad("SPLIT") } else { State::unknown("DOUBT") };
    }
    let mut lines = Vec::new();
    match lag {
        Some(lag) => {
            lines.push(behind(scope, lag, room));
            lines.extend(chart(scope, room));
            lines.push(range(scope, columns));
        }
        None if scope.is_writer() => lines.push(Line::from(scope.writes())),
        None => lines.push(Line::from(scope.span(Role::Unknown, "lag unknown"))),
    }
    lines.push(cluster(scope, columns));
    let age = lag.map(|lag| lag.measured_ago).or(evidence.age);
    Family { title: "AURORA", state, age, fresh: evidence.is_fresh(), lines }.settled(scope, &evidence)
}

fn belongs(code: Code) -> bool {
    matches!(
        code,
        Code::AuroraMember
            | Code::AuroraStatus
            | Code::AuroraHeadless
            | Code::AuroraVersion
            | Code::AuroraLag
            | Code::AuroraLagUnknown
            | Code::AuroraLagFlat
            | Code::AuroraRescue
            | Code::AuroraFailover
    )
}

fn behind(scope: &Scope<'_>, lag: &LagSummary, room: Room) -> Line<'static> {
    let objectives = &scope.model.stack.objectives;
    let role = match lag.lag {
        lag if lag > objectives.rpo.get() => Role::Critical,
        lag if lag > objectives.aurora_lag.get() => Role::Warning,
        _ => Role::Text,
    };
    let mut line = Line::from(vec![scope.dim("lag "), scope.span(role, text::age(lag.lag)), scope.text(" ")]);
    let points = points(scope.model, Measure::AuroraLag, scope.region);
    let columns = room.columns.saturating_sub(line.width() + 2).min(60);
    if points.len() > 1 && columns > 2 && room.chart == 0 {
        let top = objectives.aurora_lag.get().as_secs_f64() * 1_000.0 / 2.0;
        line.spans.push(spark::spark(&points, columns, top, scope.look));
        line.spans.push(scope.text(" "));
    }
    line.spans.push(arrow(&points, scope.look));
    line
}

/// The lag of the last two hours, where there is room.
fn chart(scope: &Scope<'_>, room: Room) -> Vec<Line<'static>> {
    let points = points(scope.model, Measure::AuroraLag, scope.region);
    if room.chart == 0 || points.len() < 2 {
        return Vec::new();
    }
    let top = scope.model.stack.objectives.aurora_lag.get().as_secs_f64() * 1_000.0 / 2.0;
    spark::chart(&points, room.columns, room.chart, top, scope.look)
}

/// The worst that is remembered, and what it should stay under.
fn range(scope: &Scope<'_>, columns: usize) -> Line<'static> {
    let objective = text::age(scope.model.stack.objectives.aurora_lag.get());
    let mut parts = vec![Line::from(vec![scope.dim("should stay under "), scope.text(objective)])];
    let series = scope.model.history.series(Measure::AuroraLag, scope.region);
    let worst = series.iter().max_by(|left, right| left.1.total_cmp(&right.1));
    if let Some((at, worst)) = worst {
        let worst = jiff::SignedDuration::try_from_secs_f64(worst / 1_000.0).unwrap_or_default();
        let at = format!(" at {}", format::when(*at, scope.world_now()));
        parts.insert(0, Line::from(vec![scope.dim("worst "), scope.text(text::age(worst)), scope.dim(at)]));
    }
    figures(parts, columns, scope.look)
}

fn cluster(scope: &Scope<'_>, columns: usize) -> Line<'static> {
    let Some(cluster) = scope.model.snapshot.cluster(scope.region) else { return Line::default() };
    let available = cluster.instances.iter().filter(|instance| instance.status == "available").count();
    let all = cluster.instances.len();
    let role = if available < all || all == 0 { Role::Warning } else { Role::Text };
    let status = if cluster.status == "available" { Role::Text } else { Role::Critical };
    let mut parts = vec![
        Line::from(vec![scope.dim("instances "), scope.span(role, format!("{available}/{all}"))]),
        Line::from(scope.span(status, cluster.status.clone())),
    ];
    if let Some(version) = &cluster.engine_version {
        parts.push(Line::from(scope.dim(version.clone())));
    }
    figures(parts, columns, scope.look)
}
