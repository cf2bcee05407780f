//! Kubernetes' quantities: `3920m`, `4`, `15842284Ki`, `1.5Gi`, `1e9`.

use serde_json::Value;

/// The value of a quantity, which the API writes as text and takes as a number too. `None` for what is not one, or
/// is below 0.
pub(crate) fn quantity(value: &Value) -> Option<f64> {
    let value = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => parse(text.trim())?,
        _ => return None,
    };
    (value.is_finite() && value >= 0.0).then_some(value)
}

fn parse(text: &str) -> Option<f64> {
    let digits = text.find(|character: char| !matches!(character, '0'..='9' | '.' | '+' | '-')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024_f64.powi(2),
        "Gi" => 1024_f64.powi(3),
        "Ti" => 1024_f64.powi(4),
        "Pi" => 1024_f64.powi(5),
        "Ei" => 1024_f64.powi(6),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            10_f64.powi(exponent)
        }
    };
    Some(number * factor)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        for (text, value) in [
            ("3920m", 3.92),
            ("4", 4.0),
            ("0.5", 0.5),
            ("15842284Ki", 16_222_498_816.0),
            ("1.5Gi", 1_610_612_736.0),
            ("2Mi", 2_097_152.0),
            ("1e9", 1e9),
            ("12E-1", 1.2),
            ("1E", 1e18),
            ("100k", 1e5),
            ("250n", 2.5e-7),
        ] {
            let read = quantity(&json!(text)).unwrap_or(f64::NAN);
            assert!((read - value).abs() <= value * 1e-12, "{text}: {read}");
        }
        assert_eq!(quantity(&json!(8)), Some(8.0));
        for wrong in
            [json!(""), json!("many"), json!("1Qi"), json!("-1"), json!("1e999"), json!(null), json!({}), json!("1 Gi")]
        {
            assert_eq!(quantity(&wrong), None, "{wrong}");
        }
    }
}
