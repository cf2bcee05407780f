//! Tables: what `kubectl get` prints. Ages are counted on the virtual clock.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    super::{json, kinds::Kind},
    table_cells,
    view::{RowObject, metadata_of},
};

/// The table of some objects.
pub fn table<'a>(
    kind: &Kind,
    objects: impl IntoIterator<Item = &'a Value>,
    meta: Value,
    row_object: RowObject,
    now: Timestamp,
) -> Value {
    let rows: Vec<Value> = objects
        .into_iter()
        .map(|object| {
            let mut row = json!({"cells": cells(kind, object, now)});
            match row_object {
                RowObject::None => {}
                RowObject::Metadata => row["object"] = metadata_of(object),
                RowObject::Object => row["object"] = object.clone(),
            }
            row
        })
        .collect();
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": meta,
        "columnDefinitions": columns(kind), "rows": rows,
    })
}

fn columns(kind: &Kind) -> Vec<Value> {
    let column = |name: &str, format: &str, priority: i32| {
        let named = if name == "Name" { "name" } else { "" };
        json!({"name": name, "type": format, "format": named, "description": "", "priority": priority})
    };
    if let Some(built_in) = table_cells::columns(kind) {
        return built_in.iter().map(|(name, priority)| column(name, "string", *priority)).collect();
    }
    let mut columns = vec![column("Name", "string", 0)];
    columns.extend(kind.columns.iter().map(|own| column(own.name, own.format, 0)));
    if kind.columns.is_empty() {
        columns.push(column("Age", "date", 0));
    }
    columns
}

fn cells(kind: &Kind, object: &Value, now: Timestamp) -> Vec<Value> {
    if table_cells::columns(kind).is_some() {
        return table_cells::cells(kind, object, now);
    }
    let mut cells = vec![object["metadata"]["name"].clone()];
    for column in &kind.columns {
        let value = object.pointer(&column.path.replace('.', "/")).cloned().unwrap_or(Value::Null);
        cells.push(match (column.format, &value) {
            ("date", Value::String(time)) => time.parse().map_or(Value::Null, |then| age(then, now).into()),
            _ => value,
        });
    }
    if kind.columns.is_empty() {
        cells.push(age_of(object, now).into());
    }
    cells
}

/// The age of an object.
pub fn age_of(object: &Value, now: Timestamp) -> String {
    json::instant(object, "/metadata/creationTimestamp").map_or_else(|| "<unknown>".to_owned(), |then| age(then, now))
}

/// A span of time in at most two units, as kubectl and the server write it.
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs();
    if seconds < -1 {
        return "<invalid>".to_owned();
    }
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let two = |large: i64, unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{large}{unit}"),
        small => format!("{large}{unit}{small}{small_unit}"),
    };
    match (minutes, hours, days) {
        _ if seconds < 120 => format!("{seconds}s"),
        (minutes, ..) if minutes < 10 => two(minutes, "m", seconds % 60, "s"),
        (minutes, ..) if minutes < 180 => format!("{minutes}m"),
        (_, hours, _) if hours < 8 => two(hours, "h", minutes % 60, "m"),
        (_, hours, _) if hours < 48 => format!("{hours}h"),
        (_, _, days) if days < 8 => two(days, "d", hours % 24, "h"),
        (_, _, days) if days < 365 * 2 => format!("{days}d"),
        (_, _, days) if days < 365 * 8 => two(days / 365, "y", days % 365, "d"),
        (_, _, days) => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn ages_read_as_kubectl_writes_them() {
        let table = [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (150, "2m30s"),
            (3600, "60m"),
            (10_800, "3h"),
            (11_000, "3h3m"),
            (90_000, "25h"),
            (180_000, "2d2h"),
            (7_776_000, "90d"),
        ];
        for (seconds, expected) in table {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
            assert_eq!(age(Timestamp::UNIX_EPOCH, now), expected);
        }
    }
}
