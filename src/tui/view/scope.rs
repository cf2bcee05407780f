//! One region, with everything that panels ask about it.

use evac_core::{
    RegionId, Source, SourceError,
    assessment::{Finding, RegionAssessment, SignalSummary},
    ids::HealthCheckId,
    snapshot::Freshness,
    stack::Region,
};
use jiff::{SignedDuration, Timestamp};
use ratatui::text::Span;

use super::{format, state::State};
use crate::tui::{
    model::Model,
    theme::{Look, Role},
};

/// One region of the model.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) model: &'a Model,
    pub(super) look: &'a Look,
    pub(super) region: &'a RegionId,
    pub(super) entry: &'a Region,
    pub(super) assessed: &'a RegionAssessment,
}

/// What stands behind some figures.
pub(super) struct Evidence<'a> {
    /// The least believable of the sources; `None` where the stack has none of them.
    pub(super) freshness: Option<Freshness>,
    /// How one of them failed.
    pub(super) failure: Option<(Source, &'a SourceError)>,
    /// The oldest of their readings.
    pub(super) age: Option<SignedDuration>,
}

impl Evidence<'_> {
    pub(super) fn is_fresh(&self) -> bool {
        self.freshness.is_none_or(|freshness| freshness == Freshness::Fresh)
    }

    /// The state, when it is not fresh.
    pub(super) fn doubt(&self) -> Option<State> {
        let freshness = self.freshness.filter(|freshness| *freshness != Freshness::Fresh)?;
        Some(State::source(freshness, self.failure.is_some()))
    }
}

impl<'a> Scope<'a> {
    /// Every region of the model, in the order of the screen.
    pub(super) fn all(model: &'a Model, look: &'a Look) -> Vec<Self> {
        let regions = model.stack.ordered_regions();
        regions
            .filter_map(|(region, entry)| {
                let assessed = model.assessment.regions.get(region)?;
                Some(Self { model, look, region, entry, assessed })
            })
            .collect()
    }

    /// What is known of a source of this region, or for a global one, of the region that stands for it.
    pub(super) fn signal(&self, source: Source) -> Option<&'a SignalSummary> {
        let assessed = if source.is_global() { self.home()?.assessed } else { self.assessed };
        assessed.signals.iter().find(|signal| signal.source == source)
    }

    /// The region whose sources stand for what is global.
    pub(super) fn home(&self) -> Option<Self> {
        let home = self.model.stack.control_plane_region()?;
        let entry = self.model.stack.regions.get(home)?;
        let assessed = self.model.assessment.regions.get(home)?;
        Some(Self { region: home, entry, assessed, ..*self })
    }

    /// What stands behind figures that come from these sources.
    pub(super) fn evidence(&self, sources: &[Source]) -> Evidence<'a> {
        let signals = || sources.iter().filter_map(|source| self.signal(*source));
        Evidence {
            freshness: signals().map(|signal| signal.freshness).max(),
            failure: signals().find_map(|signal| Some((signal.source, signal.failure.as_ref()?))),
            age: signals().filter_map(|signal| signal.age).max(),
        }
    }

    /// The region that a health check watches, or the check's own name where no region of the stack has it.
    pub(super) fn checked_by<'b>(&self, check: &'b HealthCheckId) -> &'b str
    where
        'a: 'b,
    {
        let mut regions = self.model.stack.regions.iter();
        let found = regions.find(|(_, region)| region.health_check.as_ref() == Some(check));
        found.map_or(check.as_str(), |(id, _)| id.as_str())
    }

    /// What is wrong here, worst first.
    pub(super) fn findings(&self) -> impl Iterator<Item = &'a Finding> {
        let region = self.region;
        self.model.assessment.findings.iter().filter(move |finding| finding.region.as_ref() == Some(region))
    }

    /// What time it is in the observed world.
    pub(super) fn world_now(&self) -> Timestamp {
        self.model.assessment.world_now
    }

    /// The words for a region that writes. One that is not heard of was only seen to.
    pub(super) fn writes(&self) -> Span<'static> {
        match self.evidence(&[Source::Cluster]).is_fresh() {
            true => self.span(Role::Writer, "takes the writes"),
            false => self.span(Role::Unknown, "wrote when last seen"),
        }
    }

    /// True when the region writes, and no other claims to.
    pub(super) fn is_writer(&self) -> bool {
        self.model.assessment.writers.single() == Some(self.region)
    }

    pub(super) fn span(&self, role: Role, text: impl Into<String>) -> Span<'static> {
        self.look.span(role, text)
    }

    pub(super) fn text(&self, text: impl Into<String>) -> Span<'static> {
        self.look.span(Role::Text, text)
    }

    pub(super) fn dim(&self, text: impl Into<String>) -> Span<'static> {
        self.look.span(Role::Dim, text)
    }

    /// An age. One that is too old to count is in the style of UNKNOWN.
    pub(super) fn age(&self, age: SignedDuration, fresh: bool) -> Span<'static> {
        self.look.span(if fresh { Role::Dim } else { Role::Unknown }, format::coarse(age))
    }
}
