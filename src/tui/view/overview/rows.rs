//! Who gets how many rows. What matters most gets its first row first; what is left goes round.

use std::collections::BTreeMap;

/// A part of the overview that takes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The regions' names.
    Name,
    /// Their verdicts.
    Verdict,
    /// Why they are not GO.
    Reasons,
    /// The state of a family.
    State(u8),
    /// The figures of a family.
    Detail(u8),
    /// The regions that there is no room for.
    Hidden,
    /// The line under the regions, with the answer in it.
    Answer,
    /// RPO and RTO.
    Objectives,
    /// What would be lost.
    Loss,
    /// The error budget.
    Budget,
    /// The title of the findings.
    FindingsTitle,
    /// The findings.
    Findings,
    /// The title of the events.
    EventsTitle,
    /// The events.
    Events,
    /// A blank row between families.
    Gap(u8),
}

use Part::{
    Answer, Budget, Detail, Events, EventsTitle, Findings, FindingsTitle, Gap, Hidden, Loss, Name, Objectives, Reasons,
    State, Verdict,
};

/// Whose turn it is while rows are short. 22 rows, which is what 80×24 leaves, go to all of these.
const FIRST: &[Part] = &[
    Name,
    Verdict,
    Hidden,
    Objectives,
    State(0),
    State(1),
    State(2),
    State(3),
    State(4),
    Loss,
    Answer,
    Reasons,
    Findings,
    Findings,
    Detail(1),
    Detail(0),
    Detail(2),
    Detail(3),
    Detail(4),
    Budget,
    Events,
    Detail(0),
    Detail(3),
    Findings,
    Reasons,
];

/// Whose turn it is after that, round and round.
const THEN: &[Part] = &[
    Detail(1),
    Findings,
    FindingsTitle,
    Detail(3),
    EventsTitle,
    Events,
    Detail(2),
    Findings,
    Detail(0),
    Events,
    Detail(3),
    Detail(4),
    Reasons,
    Findings,
    Events,
];

/// And when nobody wants more, air between the families.
const LAST: &[Part] = &[Gap(1), Gap(2), Gap(3), Gap(4), Gap(0)];

/// The rows of each part.
#[derive(Debug, Default)]
pub(super) struct Rows(BTreeMap<Part, u16>);

impl Rows {
    /// Shares out a height among parts that each want so many rows.
    pub(super) fn share(height: u16, wants: impl Fn(Part) -> u16) -> Self {
        let mut rows = Self::default();
        let mut left = height;
        let mut turn = |rows: &mut Self, part: Part| {
            let (given, wanted) = (rows.of(part), wants(part));
            let granted = left > 0 && given < wanted;
            if granted {
                // Big letters are drawn whole or not at all.
                let more = if part == Verdict && wanted <= left { wanted } else { 1 };
                rows.0.insert(part, given + more);
                left -= more;
            }
            granted
        };
        for part in FIRST {
            turn(&mut rows, *part);
        }
        // Each round gives at least one row away or is the last, so that this ends.
        loop {
            let mut any = false;
            for part in THEN {
                any |= turn(&mut rows, *part);
            }
            if !any {
                break;
            }
        }
        for part in LAST {
            turn(&mut rows, *part);
        }
        rows
    }

    /// The rows of a part.
    pub(super) fn of(&self, part: Part) -> u16 {
        self.0.get(&part).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_shared_out_than_there_is_nor_than_is_wanted() {
        for height in 0..100 {
            let rows = Rows::share(height, |_| 3);
            assert!(rows.0.values().sum::<u16>() <= height);
            assert!(rows.0.values().all(|given| *given <= 3));
        }
        assert_eq!(Rows::share(1, |_| 9).of(Name), 1);
        assert_eq!(Rows::share(0, |_| 9).of(Name), 0);
    }

    #[test]
    fn at_twenty_four_lines_every_family_has_its_state_and_its_figures() {
        let rows = Rows::share(22, |part| match part {
            Hidden => 0,
            Verdict => 1,
            _ => 5,
        });
        assert!((0..5).all(|family| rows.of(State(family)) >= 1 && rows.of(Detail(family)) >= 1));
        assert!(rows.of(Findings) >= 2 && rows.of(Loss) >= 1 && rows.of(Budget) >= 1);
    }
}
