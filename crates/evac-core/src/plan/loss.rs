use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What an action loses. It is stated before consent, and consent is given to the stated amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "loss", rename_all = "kebab-case")]
pub enum LossStatement {
    /// Nothing: the action waits until everything has arrived, or does not touch data.
    Nothing,
    /// Writes that had not arrived, at most.
    Writes {
        /// Writes of this time: the lag and the age of its measurement.
        exposure: SignedDuration,
        /// Objects not replicated, as far as known.
        objects: Option<u64>,
        /// Their bytes.
        bytes: Option<u64>,
        /// Where and when it was measured, in words.
        evidence: String,
    },
    /// What was written since a point in time.
    Since {
        /// The point.
        at: Timestamp,
        /// How long ago that is.
        ago: SignedDuration,
    },
    /// Nobody can say.
    Unknown {
        /// Why not.
        why: String,
    },
}

impl LossStatement {
    /// What the operator types to accept it: `none`, `unknown`, or a length of time that is rounded up, so that it
    /// stands still long enough to be typed: to 10 s with 5 s to spare at first, from 41 s on to minutes with half a
    /// minute to spare, from an hour on to 10 minutes with 5 minutes to spare.
    pub fn amount(&self) -> String {
        match self {
            Self::Nothing => "none".to_owned(),
            Self::Unknown { .. } => "unknown".to_owned(),
            Self::Writes { exposure: length, .. } | Self::Since { ago: length, .. } => rounded(*length),
        }
    }

    /// What is lost, as a sentence without its full stop.
    pub fn words(&self) -> String {
        match self {
            Self::Nothing => "nothing is lost".to_owned(),
            Self::Writes { exposure, objects, bytes, evidence } => {
                let waiting = match (objects, bytes) {
                    (Some(objects), Some(bytes)) => {
                        format!(", and {objects} objects ({})", crate::text::bytes(*bytes as f64))
                    }
                    (Some(objects), None) => format!(", and {objects} objects"),
                    (None, _) => String::new(),
                };
                format!("writes of at most {}{waiting} ({evidence})", crate::text::age(up(*exposure)))
            }
            Self::Since { at, ago } => format!("what was changed since {at}, {} ago", crate::text::age(*ago)),
            Self::Unknown { why } => format!("nobody can say what is lost: {why}"),
        }
    }

    /// True when something is lost, or may be.
    pub fn is_loss(&self) -> bool {
        *self != Self::Nothing
    }

    /// Whether an amount that was accepted before still covers this statement. A smaller loss is covered by consent
    /// to a greater one, in reason: see [`is_far_below`](Self::is_far_below). What nobody knows is covered by `unknown`
    /// alone.
    pub fn is_covered_by(&self, accepted: &str) -> bool {
        match self {
            Self::Nothing => true,
            Self::Unknown { .. } => accepted.trim() == "unknown",
            Self::Writes { exposure: length, .. } | Self::Since { ago: length, .. } => {
                let enough = typed(accepted).is_some_and(|typed| typed >= *length && !typed.is_zero());
                enough && !self.is_far_below(accepted)
            }
        }
    }

    /// Whether an accepted amount is so much greater that it was not read from this statement: more than four times as
    /// much, and more than an hour more. Whoever always accepts whatever it may be has accepted nothing.
    pub fn is_far_below(&self, accepted: &str) -> bool {
        let (Self::Writes { exposure: length, .. } | Self::Since { ago: length, .. }) = self else { return false };
        let most = length.saturating_mul(4).max(length.saturating_add(SignedDuration::from_hours(1)));
        typed(accepted).is_some_and(|typed| typed > most)
    }

    /// The objects that wait now, and those that were stated, when there are so many more that whoever read the statement
    /// read another one. The typed amount is a time and says nothing of them, and a few more come and go all the time.
    pub fn outgrown_objects(&self, stated: &Self) -> Option<(u64, u64)> {
        let objects = |loss: &Self| match loss {
            Self::Writes { objects, .. } => *objects,
            _ => None,
        };
        let (now, before) = (objects(self)?, objects(stated).unwrap_or_default());
        (now > before.saturating_mul(2).saturating_add(1_000)).then_some((now, before))
    }
}

/// The length of time that was typed, if it is one.
fn typed(accepted: &str) -> Option<SignedDuration> {
    accepted.trim().parse::<crate::stack::Period>().ok().map(crate::stack::Period::get)
}

/// Up to what is shown of it, since what is stated as the most must not be less than it is.
fn up(length: SignedDuration) -> SignedDuration {
    let step = if length < SignedDuration::from_secs(10) { 100 } else { 1_000 };
    let milliseconds = length.as_nanos().max(0).unsigned_abs().div_ceil(1_000_000).div_ceil(step) * step;
    i64::try_from(milliseconds).map_or(SignedDuration::MAX, SignedDuration::from_millis)
}

/// Rounded up with something to spare, so that it goes on covering a loss that grows by the second for as long as it
/// takes to type it.
fn rounded(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0) + i64::from(length.subsec_nanos() > 0);
    let (spare, unit) = match seconds {
        ..=40 => (5, 10),
        41..=3_600 => (30, 60),
        _ => (300, 600),
    };
    let rounded = (seconds + spare + unit - 1) / unit * unit;
    if rounded < 60 { format!("{rounded}s") } else { format!("{}m", rounded / 60) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_most_is_never_stated_as_less() {
        for (milliseconds, words) in [(0, "0 s"), (165, "200 ms"), (3_201, "3.3 s"), (60_200, "1 min 1 s")] {
            let exposure = SignedDuration::from_millis(milliseconds);
            let loss = LossStatement::Writes { exposure, objects: None, bytes: None, evidence: "seen".into() };
            assert_eq!(loss.words(), format!("writes of at most {words} (seen)"));
        }
    }

    #[test]
    fn an_amount_covers_what_it_was_rounded_from_and_nothing_greater() {
        for (milliseconds, amount) in [
            (0, "10s"),
            (165, "10s"),
            (3_200, "10s"),
            (5_001, "20s"),
            (40_000, "50s"),
            (40_001, "2m"),
            (168_000, "4m"),
            (3_600_001, "70m"),
        ] {
            let exposure = SignedDuration::from_millis(milliseconds);
            let loss = LossStatement::Writes { exposure, objects: None, bytes: None, evidence: String::new() };
            assert_eq!(loss.amount(), amount);
            assert!(loss.is_covered_by(amount), "{amount}");
            let more = exposure + amount.parse::<crate::stack::Period>().unwrap().get();
            let more = LossStatement::Writes { exposure: more, objects: None, bytes: None, evidence: String::new() };
            assert_eq!(more.is_covered_by(amount), milliseconds == 0, "{amount} covers {more:?}");
        }
        for (seconds, within, beyond) in
            [(180, "63m", "64m"), (0, "1h", "61m"), (3_600, "4h", "5h"), (864_000, "40d", "41d")]
        {
            let exposure = SignedDuration::from_secs(seconds);
            let loss = LossStatement::Writes { exposure, objects: None, bytes: None, evidence: String::new() };
            assert!(loss.is_covered_by(within) && !loss.is_covered_by(beyond), "{within} and {beyond} for {seconds} s");
            assert!(loss.is_far_below(beyond) && !loss.is_far_below(within) && !loss.is_far_below("nonsense"));
        }
        let unknown = LossStatement::Unknown { why: String::new() };
        assert!(unknown.is_covered_by("unknown") && !unknown.is_covered_by("5m") && !unknown.is_covered_by(""));
    }
}
