use evac_core::{
    Source,
    assessment::{Code, ScheduleSummary},
};
use ratatui::text::{Line, Span};

use super::{Family, Room, judge};
use crate::tui::{
    theme::{Role, Shape},
    view::{canvas::figures, format, scope::Scope, text},
};

const SOURCES: [Source; 1] = [Source::Backups];

/// What could be restored in the region now.
pub(super) fn family(scope: &Scope<'_>, room: Room) -> Family {
    let columns = room.columns;
    if scope.signal(Source::Backups).is_none() {
        return Family::absent("BACKUPS");
    }
    let evidence = scope.evidence(&SOURCES);
    let state = judge(scope, &evidence, belongs);
    let backups = &scope.assessed.backups;
    let mut lines = Vec::new();
    if backups.known {
        lines.push(newest(scope, columns));
        if columns >= 36 || backups.schedules.len() < 2 {
            lines.extend(backups.schedules.iter().map(|schedule| one(scope, schedule, columns)));
        } else {
            lines.push(schedules(scope, columns));
        }
        for location in &backups.locations_down {
            lines.push(Line::from(scope.span(Role::Critical, format!("store {location} is down"))));
        }
    } else {
        lines.push(Line::from(scope.span(Role::Unknown, "backups unknown")));
    }
    Family { title: "BACKUPS", state, age: evidence.age, fresh: evidence.is_fresh(), lines }.settled(scope, &evidence)
}

fn belongs(code: Code) -> bool {
    matches!(
        code,
        Code::BackupNone
            | Code::BackupOld
            | Code::BackupStore
            | Code::BackupReadOnly
            | Code::BackupFailed
            | Code::BackupSchedule
    )
}

fn newest(scope: &Scope<'_>, columns: usize) -> Line<'static> {
    let backups = &scope.assessed.backups;
    let Some((_, at, age)) = &backups.newest else {
        return Line::from(scope.span(Role::Critical, "none can be restored"));
    };
    let at = format::when(*at, scope.world_now());
    let counts = format!("{} of {} restorable", backups.restorable, backups.total);
    let parts = vec![
        Line::from(vec![scope.dim("newest "), scope.text(at)]),
        Line::from(scope.text(format::coarse(*age))),
        Line::from(scope.dim(counts)),
    ];
    figures(parts, columns, scope.look)
}

/// The age of a schedule's newest restorable backup, marked when it is late.
fn age(scope: &Scope<'_>, schedule: &ScheduleSummary) -> Vec<Span<'static>> {
    let age = schedule.newest.map_or_else(|| "none".to_owned(), format::coarse);
    if !schedule.late {
        return vec![scope.text(age)];
    }
    let word = if schedule.paused { "PAUSED" } else { "LATE" };
    vec![scope.span(Role::Warning, format!("{} {age} {word}", scope.look.glyphs.shape(Shape::Warning)))]
}

fn schedules(scope: &Scope<'_>, columns: usize) -> Line<'static> {
    let parts = scope.assessed.backups.schedules.iter().map(|schedule| {
        let mut spans = vec![scope.dim(format!("{}: ", format::every(schedule.every)))];
        spans.extend(age(scope, schedule));
        Line::from(spans)
    });
    figures(parts.collect(), columns, scope.look)
}

fn one(scope: &Scope<'_>, schedule: &ScheduleSummary, columns: usize) -> Line<'static> {
    let every = format!(" every {}: ", format::every(schedule.every));
    let age = age(scope, schedule);
    let taken = text::width(&every) + age.iter().map(Span::width).sum::<usize>();
    let name = text::cut(&schedule.name, columns.saturating_sub(taken), scope.look.glyphs);
    let mut spans = vec![scope.text(name), scope.dim(every)];
    spans.extend(age);
    Line::from(spans)
}
