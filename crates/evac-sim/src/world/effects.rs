//! How actions change the world, and what they ask of the endpoints and clusters outside of it.

use crate::{
    fault::{Fault, FaultTarget},
    scenario::{Action, ClusterChange, DnsChanges, Publication},
    topology::{PerRegion, Place, Region},
    world::{
        World, aurora, conflicts, metrics,
        traffic::{Answer, zone::Progress},
    },
};

/// A change outside of the world.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A fault begins, or ends where it is `None`.
    Fault(FaultTarget, Option<Fault>),
    /// The clocks of a region's endpoints go wrong by so many seconds.
    ClockSkew(Region, i64),
    /// Something changes in a region's Kubernetes cluster.
    Kubernetes(Region, ClusterChange),
}

impl World {
    /// Does one thing now.
    pub fn perform(&mut self, action: Action) {
        match action {
            Action::Calm => self.calm(),
            Action::Fault { kind, milliseconds, regions, services } => {
                let fault = Fault::parse(&kind, milliseconds);
                self.fault(&regions, &services, fault);
            }
            Action::Heal { regions, services } => self.fault(&regions, &services, None),
            Action::Power { region, on } => self.power[region] = on,
            Action::Answer { region, status } => {
                self.traffic.checks[region].answer = match status {
                    0 => Answer::Silence,
                    200..=299 => Answer::Healthy,
                    status => Answer::Status(status),
                };
            }
            Action::BlindCheckers { region, checkers } => self.traffic.checks[region].blind = checkers,
            Action::DnsChanges(changes) => {
                let (tick, noise) = (self.tick, self.noise);
                match changes {
                    DnsChanges::Normal => self.traffic.zone.set_progress(Progress::Normal, tick, noise),
                    DnsChanges::Stuck => self.traffic.zone.set_progress(Progress::Stuck, tick, noise),
                    DnsChanges::Forgotten => self.traffic.zone.forget_pending(tick),
                }
            }
            Action::Resolver { region, keeps_old } => self.traffic.resolvers.keep_old[region] = keeps_old,
            Action::AuroraStall { region, stalled } => self.aurora.members[region].stalled = stalled,
            Action::AuroraCutOff { region, cut_off } => self.aurora.cut_off[region] = cut_off,
            Action::ClusterStatus { region, status } => self.aurora.set_status(region, &status),
            Action::Fencing { outcome } => self.aurora.fencing = outcome,
            Action::Promotion { outcome } => self.aurora.promotion = outcome,
            Action::View { region, writer, missing, status } => {
                self.aurora.views[region] = aurora::View { writer, missing, status };
            }
            Action::Replication { sources, destinations, throughput, failing } => {
                for link in &mut self.replication.links {
                    if sources.contains(&link.source) && destinations.contains(&link.destination) {
                        (link.throughput, link.failing) = (throughput, failing);
                    }
                }
            }
            Action::Writes { region, factor } => self.replication.write_factor[region] = factor,
            Action::Metrics { region, publication } => {
                self.metrics.publication[region] = match publication {
                    Publication::Normal => metrics::Publication::Normal,
                    Publication::Silent => metrics::Publication::Silent,
                    Publication::Frozen => metrics::Publication::Frozen,
                };
            }
            Action::Event { kind, region, subject } => {
                let now = self.now();
                self.events.emit(kind, region, subject, now);
            }
            Action::WriteConflicts { services, regions, writes, share } => {
                for (service, region) in
                    services.iter().flat_map(|service| regions.iter().map(move |at| (*service, *at)))
                {
                    self.conflicts.set(service, region, writes, share);
                }
            }
            Action::Witness { on } => self.tables.witness = on,
            Action::Credentials { regions, expired } => {
                for region in regions {
                    self.expired[region] = expired;
                }
            }
            Action::ClockSkew { region, seconds } => self.ask(Effect::ClockSkew(region, seconds)),
            Action::Kubernetes { region, change } => self.ask(Effect::Kubernetes(region, change)),
        }
    }

    fn ask(&mut self, effect: Effect) {
        let at = self.now();
        self.effects.push((at, effect));
    }

    fn fault(&mut self, regions: &[Place], services: &[crate::topology::Service], fault: Option<Fault>) {
        for &region in regions {
            for &service in services {
                let target = FaultTarget { region: Some(region), service: Some(service) };
                self.ask(Effect::Fault(target, fault));
            }
        }
    }

    fn calm(&mut self) {
        // The scenario that calms has begun too, and is what the world is in from now on.
        let last = self.running.pop();
        self.running.clear();
        self.running.extend(last);
        self.power = PerRegion([true; 3]);
        self.conflicts = conflicts::Conflicts::default();
        self.expired = PerRegion::default();
        self.tables.witness = true;
        self.metrics.publication = PerRegion::default();
        self.aurora.calm();
        self.replication.calm();
        self.traffic.calm(self.noise);
        self.ask(Effect::Fault(FaultTarget::default(), None));
        for region in Region::ALL {
            self.ask(Effect::ClockSkew(region, 0));
            self.ask(Effect::Kubernetes(region, ClusterChange::Calm));
        }
    }
}
