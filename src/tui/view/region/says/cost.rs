use std::cmp::Reverse;

use ratatui::text::Line;

use super::row;
use crate::tui::{
    theme::Role,
    view::{
        family::{month_to_date, run_rate, service},
        format,
        scope::Scope,
    },
};

/// What each service costs here, and what all regions come to.
pub(super) fn services(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let home = scope.model.stack.control_plane_region();
    let Some(reading) = home.and_then(|home| scope.model.snapshot.cost(home)) else { return Vec::new() };
    let mut own: Vec<_> = reading.lines.iter().filter(|line| line.region == scope.region.as_str()).collect();
    own.sort_by_key(|line| Reverse(line.amount));
    let dollars = |amount| format::money(f64::try_from(amount).unwrap_or_default());
    let mut lines: Vec<_> = own
        .into_iter()
        .map(|line| row(scope, columns, vec![scope.text(service(&line.service).to_owned())], &dollars(line.amount)))
        .collect();
    let here = month_to_date(reading, Some(scope.region.as_str()));
    lines.insert(0, row(scope, columns, vec![scope.span(Role::Title, "this month so far")], &format::money(here)));
    let all = month_to_date(reading, None);
    lines.push(row(scope, columns, vec![scope.dim("all regions")], &format::money(all)));
    if let Some(rate) = run_rate(reading, all) {
        lines.push(row(scope, columns, vec![scope.dim("all regions, a day")], &format::money(rate)));
    }
    if let Some(forecast) = reading.forecast {
        lines.push(row(scope, columns, vec![scope.dim("forecast of the month")], &dollars(forecast)));
    }
    lines
}
