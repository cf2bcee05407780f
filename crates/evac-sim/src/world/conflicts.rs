//! Writes that meet another write to the same thing, as happens between clients that race. Requests are served one
//! after the other here, so that it would never happen by itself: scenarios and tests ask for it.

use std::collections::BTreeMap;

use crate::{
    topology::{Region, Service},
    world::noise::{Noise, stream},
};

/// Which of the next writes meet another one: conditional writes to S3, and all writes to global tables.
#[derive(Debug, Clone, Default)]
pub struct Conflicts {
    next: BTreeMap<(Service, Region), u32>,
    share: BTreeMap<(Service, Region), f64>,
    drawn: i64,
}

impl Conflicts {
    /// From now on the next `writes` of a service in a region meet another one, and of those after it the share of
    /// `share`.
    pub fn set(&mut self, service: Service, region: Region, writes: u32, share: f64) {
        self.next.insert((service, region), writes);
        self.share.insert((service, region), share);
    }

    /// Whether the write that is being made meets another one. It counts as made.
    pub fn meets(&mut self, service: Service, region: Region, noise: Noise) -> bool {
        if let Some(left) = self.next.get_mut(&(service, region)).filter(|left| **left > 0) {
            *left -= 1;
            return true;
        }
        let Some(share) = self.share.get(&(service, region)).filter(|share| **share > 0.0) else { return false };
        self.drawn += 1;
        noise.unit(stream("conflicts"), self.drawn) < *share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_writes_meet_another_and_then_a_share_of_them() {
        let (mut conflicts, noise) = (Conflicts::default(), Noise::new(7));
        let (service, region) = (Service::S3, Region::UsWest2);
        assert!(!conflicts.meets(service, region, noise));
        conflicts.set(service, region, 2, 0.25);
        assert!(!conflicts.meets(service, Region::UsEast1, noise));
        assert!(conflicts.meets(service, region, noise) && conflicts.meets(service, region, noise));
        let met = (0..1000).filter(|_| conflicts.meets(service, region, noise)).count();
        assert!((180..320).contains(&met), "{met}");
    }
}
