//! ARC's routing controls: On or Off for each region, kept by a cluster of five endpoints that needs three of them.

use crate::{
    topology::{PerRegion, Place, Region, safety_rule},
    world::noise::{Noise, stream},
};

/// How many of the five endpoints it takes.
const QUORUM: usize = 3;
/// The most states that one call may set.
pub const MOST_STATES: usize = 10;
/// Seconds after a change in which the safety rule takes no other.
const WAIT_PERIOD: i64 = 5;

/// A routing control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Control {
    on: bool,
    /// What its health check said before it follows.
    before: bool,
    /// When its health check follows.
    follows_at: i64,
}

/// Why a state was not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too few of the cluster's endpoints can be had.
    NoQuorum,
    /// The safety rule would have no control On.
    NoneOn,
    /// The safety rule still waits after the last change.
    TooSoon,
}

/// The routing controls of all regions.
#[derive(Debug, Clone)]
pub struct RoutingControls {
    /// The endpoints that cannot be had, as the wire has them.
    pub lost: Vec<Place>,
    controls: PerRegion<Control>,
    changed_at: Option<i64>,
}

impl RoutingControls {
    /// Every control On, for long.
    pub fn new(now: i64) -> Self {
        let control = Control { on: true, before: true, follows_at: now };
        Self { lost: Vec::new(), controls: PerRegion([control; 3]), changed_at: None }
    }

    /// Whether a region's control is On.
    pub fn is_on(&self, region: Region) -> bool {
        self.controls[region].on
    }

    /// Whether the health check that follows a region's control sees it On: a few seconds after it was set.
    pub fn followed(&self, region: Region, now: i64) -> bool {
        let control = self.controls[region];
        if now >= control.follows_at { control.on } else { control.before }
    }

    /// Whether enough endpoints can be had, of those whose region runs, to know and to set a state.
    pub fn has_quorum(&self, power: &PerRegion<bool>) -> bool {
        let runs = |place: &Place| place.region().is_none_or(|region| power[region]) && !self.lost.contains(place);
        Place::ALL.iter().filter(|place| runs(place)).count() >= QUORUM
    }

    /// Sets states, all or none. The safety rule is not asked when it stands among those to override.
    ///
    /// # Errors
    /// When the rule does not allow it.
    pub fn set(
        &mut self,
        states: &[(Region, bool)],
        overridden: &[&str],
        now: i64,
        noise: Noise,
    ) -> Result<(), Refusal> {
        let mut after = PerRegion::from_fn(|region| self.controls[region].on);
        for (region, on) in states {
            after[*region] = *on;
        }
        if !overridden.contains(&safety_rule().as_str()) {
            if self.changed_at.is_some_and(|at| now < at + WAIT_PERIOD) {
                return Err(Refusal::TooSoon);
            }
            if !after.0.contains(&true) {
                return Err(Refusal::NoneOn);
            }
        }
        for region in Region::ALL {
            if after[region] == self.controls[region].on {
                continue;
            }
            // Five to ten seconds until Route 53's data plane has heard of it.
            let delay = 5 + (noise.bits(stream(region.name()) ^ stream("routing control"), now) % 6).cast_signed();
            let before = self.followed(region, now);
            self.controls[region] = Control { on: after[region], before, follows_at: now + delay };
            self.changed_at = Some(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_348_800;

    fn set(controls: &mut RoutingControls, states: &[(Region, bool)], now: i64) -> Result<(), Refusal> {
        controls.set(states, &[], now, Noise::new(1))
    }

    #[test]
    fn one_control_stays_on_unless_the_rule_is_overridden() {
        let mut controls = RoutingControls::new(NOW);
        let all_off = Region::ALL.map(|region| (region, false));
        assert_eq!(set(&mut controls, &all_off, NOW), Err(Refusal::NoneOn));
        assert!(Region::ALL.into_iter().all(|region| controls.is_on(region)), "all or none");
        assert_eq!(set(&mut controls, &all_off[..2], NOW), Ok(()));
        assert_eq!(set(&mut controls, &[(Region::UsEast1, true)], NOW + 4), Err(Refusal::TooSoon));
        assert_eq!(set(&mut controls, &[(Region::EuWest1, false)], NOW + 5), Err(Refusal::NoneOn));
        let rule = safety_rule();
        assert_eq!(controls.set(&[(Region::EuWest1, false)], &[&rule], NOW + 5, Noise::new(1)), Ok(()));
        assert!(!controls.is_on(Region::EuWest1));
    }

    #[test]
    fn a_health_check_follows_within_five_to_ten_seconds() {
        let mut controls = RoutingControls::new(NOW);
        assert_eq!(set(&mut controls, &[(Region::UsEast1, false)], NOW), Ok(()));
        assert!(!controls.is_on(Region::UsEast1));
        assert!((NOW..NOW + 5).all(|now| controls.followed(Region::UsEast1, now)));
        assert!(!controls.followed(Region::UsEast1, NOW + 10));
    }

    #[test]
    fn three_of_five_endpoints_are_enough() {
        let mut controls = RoutingControls::new(NOW);
        let mut power = PerRegion([true; 3]);
        controls.lost = vec![Place::ApNortheast1, Place::Stack(Region::EuWest1)];
        assert!(controls.has_quorum(&power));
        power[Region::EuWest1] = false;
        assert!(controls.has_quorum(&power), "lost twice is lost once");
        power[Region::UsEast1] = false;
        assert!(!controls.has_quorum(&power));
    }
}
