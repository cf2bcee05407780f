//! What the doctor found, in words.

use std::fmt::Write as _;

use evac_core::text::age;

use super::examination::{Examination, RegionState, SourceState};
use crate::cli::table::Table;

/// Writes what was found.
pub fn write(examination: &Examination) -> String {
    let Examination { stack, environment, from, .. } = examination;
    let mut text = format!("{stack} {environment}\n");
    let place = from.region.as_ref().map_or("outside of AWS, as far as the environment says".to_owned(), |region| {
        format!("in {region}, as the environment says")
    });
    let proxy = if from.proxy { ", through a proxy" } else { "" };
    let _ = writeln!(text, "evac runs {place}{proxy}");
    if (examination.clock_rate - 1.0).abs() > f64::EPSILON {
        let rate = examination.clock_rate;
        let _ = writeln!(text, "the stack's clocks run {rate} times as fast as this machine's, as its file says");
    }
    for region in &examination.regions {
        text.push('\n');
        of_region(&mut text, region);
    }
    let _ = writeln!(
        text,
        "\nAsking makes {:.0} calls a day and costs {:.2} USD a day, at list prices.",
        examination.calls_per_day, examination.usd_per_day
    );
    text.push_str("\nWhat leans on us-east-1:\n");
    for dependency in &examination.us_east_1 {
        let _ = writeln!(text, "- {}: {}.", dependency.what, dependency.effect);
        if !dependency.dark.is_empty() {
            let _ = writeln!(text, "  evac loses: {}.", dependency.dark.join(", "));
        }
    }
    let silent =
        examination.regions.iter().flat_map(|region| &region.sources).filter(|source| !source.reachable).count();
    match silent {
        0 => text.push_str("\nEvery source answers.\n"),
        1 => text.push_str("\n1 source does not answer.\n"),
        _ => {
            let _ = writeln!(text, "\n{silent} sources do not answer.");
        }
    }
    text
}

fn of_region(text: &mut String, region: &RegionState) {
    let _ = writeln!(text, "{}", region.region);
    let identity = match &region.identity {
        Some(identity) => {
            let end = match identity.expires_in {
                Some(left) if left.is_negative() => "they have ENDED".to_owned(),
                Some(left) => format!("they end in {}", age(left)),
                None => "they do not end".to_owned(),
            };
            format!("{} (credentials: {end})", identity.arn)
        }
        None => "not known".to_owned(),
    };
    let profile = region
        .profile
        .as_ref()
        .map_or_else(String::new, |profile| format!(", profile {}", evac_core::text::clean(profile)));
    let _ = writeln!(text, "  identity  {identity}{profile}");
    if let Some(skew) = region.skew {
        let word = if skew.is_negative() { "behind" } else { "ahead of" };
        let _ = writeln!(text, "  clock     {} {word} this machine's", age(skew.abs()));
    }
    let endpoints = region.endpoints.iter().map(|(service, url)| vec![format!("  {service}"), url.clone()]);
    let _ = write!(text, "{}", Table::new(endpoints));
    let _ = write!(text, "{}", Table::new(region.sources.iter().map(row)));
}

fn row(source: &SourceState) -> Vec<String> {
    let took = source.took.map_or_else(|| "-".to_owned(), age);
    let state = match (&source.failure, source.reachable) {
        (Some(failure), _) => format!("FAILED  {failure}"),
        (None, true) => "ok".to_owned(),
        (None, false) => "SILENT  no answer in time".to_owned(),
    };
    vec![
        format!("  {}", source.source.word()),
        took,
        format!("{:.0} calls/day", source.calls_per_day),
        format!("{:.4} USD/day", source.usd_per_day),
        state,
    ]
}
