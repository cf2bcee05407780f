//! Object Lock: what keeps a version from being removed, and what may be changed about it.

use jiff::Timestamp;

/// The two modes of retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    /// Who has the permission for it can bypass it.
    Governance,
    /// Nobody can shorten it.
    Compliance,
}

impl LockMode {
    /// The mode of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "GOVERNANCE" => Some(Self::Governance),
            "COMPLIANCE" => Some(Self::Compliance),
            _ => None,
        }
    }

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}

/// How long a version has to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How strictly.
    pub mode: LockMode,
    /// Up to when.
    pub until: Timestamp,
}

/// What protects a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lock {
    /// Until a date.
    pub retention: Option<Retention>,
    /// Until it is lifted; `None` when it was never set.
    pub legal_hold: Option<bool>,
}

impl Lock {
    /// Whether the version may be removed now. `bypass` says that the client asked to pass over governance.
    pub fn allows_removal(&self, now: Timestamp, bypass: bool) -> bool {
        let held = self.legal_hold == Some(true);
        let retained = self
            .retention
            .is_some_and(|retention| retention.until > now && !(bypass && retention.mode == LockMode::Governance));
        !held && !retained
    }

    /// Whether the retention may become `next`. Making it stricter is always allowed.
    pub fn allows_retention(&self, next: Option<Retention>, now: Timestamp, bypass: bool) -> bool {
        let Some(held) = self.retention.filter(|held| held.until > now) else { return true };
        let stricter = next.is_some_and(|next| {
            next.until >= held.until && (next.mode == held.mode || next.mode == LockMode::Compliance)
        });
        stricter || (bypass && held.mode == LockMode::Governance)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).unwrap()
    }

    fn locked(mode: LockMode) -> Lock {
        Lock { retention: Some(Retention { mode, until: at(10) }), legal_hold: None }
    }

    #[test]
    fn a_locked_version_is_kept_to_its_date_and_only_governance_can_be_passed_over() {
        use LockMode::{Compliance, Governance};
        for (mode, hour, bypass, allowed) in [
            (Compliance, 9, false, false),
            (Compliance, 9, true, false),
            (Compliance, 10, false, true),
            (Governance, 9, false, false),
            (Governance, 9, true, true),
        ] {
            assert_eq!(locked(mode).allows_removal(at(hour), bypass), allowed, "{mode:?} {hour} {bypass}");
        }
        let held = Lock { legal_hold: Some(true), ..Lock::default() };
        assert!(!held.allows_removal(at(99), true), "a legal hold has no end");
    }

    #[test]
    fn a_retention_can_be_made_stricter_and_not_weaker() {
        use LockMode::{Compliance, Governance};
        let next = |mode, hour| Some(Retention { mode, until: at(hour) });
        for (held, next, bypass, allowed) in [
            (Compliance, next(Compliance, 11), false, true),
            (Compliance, next(Compliance, 9), true, false),
            (Compliance, next(Governance, 11), true, false),
            (Compliance, None, true, false),
            (Governance, next(Compliance, 10), false, true),
            (Governance, next(Governance, 9), false, false),
            (Governance, next(Governance, 9), true, true),
            (Governance, None, true, true),
        ] {
            assert_eq!(locked(held).allows_retention(next, at(1), bypass), allowed, "{held:?} {next:?} {bypass}");
        }
    }
}
