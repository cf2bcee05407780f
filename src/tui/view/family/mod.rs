//! The five data families of a region: what is known of each, how old that is, and a word for its state.

mod aurora;
mod backups;
mod cost;
mod health;
mod replication;

pub(super) use cost::{month_to_date, run_rate, service};

use evac_core::assessment::{Code, Severity};
use jiff::SignedDuration;
use ratatui::text::Line;

use super::{
    canvas::Canvas,
    scope::{Evidence, Scope},
    state::State,
};
use crate::tui::theme::Role;
use ratatui::layout::Rect;

/// How many families there are.
pub(super) const COUNT: usize = 5;

/// The columns of a family's name.
const TITLE_COLUMNS: usize = 8;

/// The room that a family's figures have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// The columns.
    pub(super) columns: usize,
    /// The rows of a chart; 0 where there is only room for a sparkline.
    pub(super) chart: usize,
}

/// A data family of one region.
pub(super) struct Family {
    pub(super) title: &'static str,
    pub(super) state: State,
    /// How old its figures are.
    pub(super) age: Option<SignedDuration>,
    /// True when they are young enough to count.
    pub(super) fresh: bool,
    /// Its figures, the most important line first.
    pub(super) lines: Vec<Line<'static>>,
}

impl Family {
    /// The five, in the order of the screen.
    pub(super) fn all(scope: &Scope<'_>, room: Room) -> [Self; COUNT] {
        [
            health::family(scope, room),
            aurora::family(scope, room),
            replication::family(scope, room),
            backups::family(scope, room),
            cost::family(scope, room),
        ]
    }

    /// One that the stack does not have in the region.
    fn absent(title: &'static str) -> Self {
        Self { title, state: State::ABSENT, age: None, fresh: true, lines: Vec::new() }
    }

    /// The family with what its evidence does to it: figures that do not count any more are dimmed, and how the
    /// source failed stands below them.
    fn settled(mut self, scope: &Scope<'_>, evidence: &Evidence<'_>) -> Self {
        if !self.fresh {
            let live = [Role::Text, Role::Trend].map(|role| scope.look.style(role));
            for span in self.lines.iter_mut().flat_map(|line| &mut line.spans) {
                if live.contains(&span.style) {
                    span.style = scope.look.style(Role::Dim);
                }
            }
        }
        self.lines.retain(|line| line.width() > 0);
        if let Some((source, failure)) = evidence.failure {
            // It takes the place of the least important figures, so that what stands below does not move.
            self.lines.truncate(if self.lines.len() > 2 { self.lines.len() - 1 } else { 2 });
            self.lines.push(Line::from(scope.span(Role::Unknown, format!("{}: {failure}", source.word()))));
        }
        self
    }

    /// Its name, its state and its age in a line of so many columns.
    pub(super) fn headline(&self, scope: &Scope<'_>, columns: usize) -> Line<'static> {
        let title = format!("{:<TITLE_COLUMNS$}", self.title);
        let mut line = Line::from(vec![scope.span(Role::Title, title), self.state.span(scope.look)]);
        if let Some(age) = self.age.map(|age| scope.age(age, self.fresh)) {
            let gap = columns.saturating_sub(line.width() + age.width()).max(1);
            line.spans.extend([scope.dim(" ".repeat(gap)), age]);
        }
        line
    }

    /// Draws its name, its state and its age in one row.
    pub(super) fn draw_state(&self, scope: &Scope<'_>, canvas: &mut Canvas<'_>, area: Rect, row: u16) {
        let title = format!("{:<TITLE_COLUMNS$}", self.title);
        let left = Line::from(vec![scope.span(Role::Title, title), self.state.span(scope.look)]);
        let age = self.age.map(|age| Line::from(scope.age(age, self.fresh)));
        canvas.split(area, row, left, age.unwrap_or_default());
    }
}

/// The state of a family, from what is wrong with it and from what its figures are worth. What convicts comes
/// first, for old evidence still does; then doubt; then what only warns.
fn judge(scope: &Scope<'_>, evidence: &Evidence<'_>, belongs: impl Fn(Code) -> bool) -> State {
    let of = |severity| {
        let mut findings = scope.findings();
        findings.find(|finding| finding.severity == severity && belongs(finding.code)).map(|finding| finding.code)
    };
    if let Some(code) = of(Severity::Critical) {
        return State::bad(word(code));
    }
    if let Some(doubt) = evidence.doubt() {
        return doubt;
    }
    of(Severity::Warning).map_or(State::OK, |code| State::warning(word(code)))
}

/// One word for what is wrong, of seven letters at most.
fn word(code: Code) -> &'static str {
    match code {
        Code::ProbeFailed | Code::AuroraStatus | Code::BackupStore => "DOWN",
        Code::ProbeSlow => "SLOW",
        Code::Checkers => "UNFIT",
        Code::WorkloadMissing => "MISSING",
        Code::WorkloadShort | Code::NodesShort => "SHORT",
        Code::AuroraLag | Code::ReplicationBacklog => "HIGH",
        Code::AuroraLagUnknown | Code::ReplicationUnknown => "NO DATA",
        Code::AuroraLagFlat => "FROZEN",
        Code::AuroraHeadless => "EMPTY",
        Code::AuroraMember => "OUTSIDE",
        Code::AuroraVersion => "VERSION",
        Code::AuroraRescue => "RESCUE",
        Code::AuroraFailover => "MOVING",
        Code::ReplicationFailed | Code::BackupFailed => "FAILED",
        Code::ReplicationRule => "RULE",
        Code::ReplicationOneWay => "ONE-WAY",
        Code::CanaryLate | Code::BackupOld => "LATE",
        Code::BackupNone => "NONE",
        Code::BackupSchedule => "NOT RUN",
        _ => "WRONG",
    }
}
