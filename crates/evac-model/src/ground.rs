//! What is really so in the model, whoever looks and whatever he is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use evac_core::{
    ids::{Arn, RegionId},
    plan::{Call, Check, RecordSet},
};
use tokio::time::Instant;

use crate::{beginning, names::Names, shape::Scene};

/// How long a promotion that is given up seems to be under way.
const VAIN: Duration = Duration::from_secs(25);

/// How the world takes what is done to it.
#[derive(Debug, Clone)]
pub struct Nature {
    /// How long after a failover the old writer writes on; `None`: for ever.
    pub fence: Option<Duration>,
    /// How long a promotion takes.
    pub promotion: Duration,
    /// How long users are answered the old region after traffic was moved.
    pub ttl: Duration,
    /// How many seconds of the world pass in one of the machines'.
    pub pace: f64,
}

impl Default for Nature {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { fence: Some(seconds(20)), promotion: seconds(90), ttl: seconds(60), pace: 1.0 }
    }
}

/// Something that comes to be.
#[derive(Debug, Clone)]
pub(crate) enum Effect {
    /// A call reaches its service.
    Arrives(Box<Call>),
    /// A fact of the world is this from now on.
    Is(String, Option<String>),
    /// A region's database takes writes, or takes them no more.
    Writes(RegionId, bool),
    /// A change of a record is in sync.
    Record(Box<RecordSet>),
    /// Health checks see what they look at.
    Checked,
    /// What resolvers keep of a name is over.
    Forgotten,
    /// The global cluster has another writer, and is available again.
    Promoted(RegionId),
    /// The promotion that is under way is given up: the writer stays, and the global cluster is available again.
    GivenUp,
}

/// The truth.
#[derive(Debug)]
pub struct Ground {
    pub(crate) nature: Nature,
    pub(crate) scene: Arc<Scene>,
    /// Facts by their names, such as the mode of a location.
    pub facts: BTreeMap<String, String>,
    /// The regions whose databases take writes.
    pub writes: BTreeSet<RegionId>,
    /// What is answered for the names of the stack.
    pub(crate) names: Names,
    /// The writer that RDS names.
    pub writer: RegionId,
    /// True while the global cluster is being changed.
    pub moving: bool,
    coming: BTreeMap<(Instant, u64), Effect>,
    count: u64,
    /// Moments at which two databases that both took writes were both used.
    pub split: Vec<Instant>,
}

impl Ground {
    /// The truth behind what was seen when a plan was made.
    pub(crate) fn new(nature: Nature, scene: Arc<Scene>) -> Self {
        let facts = beginning::facts(&scene);
        let writer = beginning::writer(&scene);
        let names = Names::new(&scene, &facts);
        let (writes, coming, split) = ([writer.clone()].into(), BTreeMap::new(), Vec::new());
        Self { nature, scene, facts, writes, names, writer, moving: false, coming, count: 0, split }
    }

    /// Lets everything happen that was to happen by now.
    pub(crate) fn advance(&mut self, now: Instant) {
        while let Some(entry) = self.coming.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((at, _), effect) = entry.remove_entry();
            self.happen(effect, at);
        }
    }

    /// Lets something happen after a time of the world.
    pub(crate) fn later(&mut self, from: Instant, after: Duration, effect: Effect) {
        self.count += 1;
        self.coming.insert((from + after.div_f64(self.nature.pace), self.count), effect);
    }

    /// Whether a fact is on its way to be so.
    pub(crate) fn is_coming(&self, name: &str, value: &str) -> bool {
        self.coming.values().any(|effect| matches!(effect, Effect::Is(of, Some(to)) if of == name && to == value))
    }

    /// Whether a record set is on its way to be in sync.
    pub(crate) fn is_record_coming(&self, set: &RecordSet) -> bool {
        self.coming.values().any(|effect| matches!(effect, Effect::Record(to) if **to == *set))
    }

    /// Somebody else moves the writer, at once and well.
    pub(crate) fn move_writer(&mut self, to: RegionId) {
        self.writes = [to.clone()].into();
        self.writer = to;
    }

    /// A promotion that is under way will come to nothing.
    pub(crate) fn give_up(&mut self, now: Instant) {
        if self.moving {
            self.coming.retain(|_, effect| !matches!(effect, Effect::Promoted(_) | Effect::Writes(..)));
            self.later(now, VAIN, Effect::GivenUp);
        }
    }

    fn happen(&mut self, effect: Effect, at: Instant) {
        match effect {
            Effect::Arrives(call) => drop(self.arrive(&call, at)),
            Effect::Is(name, Some(value)) => drop(self.facts.insert(name, value)),
            Effect::Is(name, None) => drop(self.facts.remove(&name)),
            Effect::Writes(region, true) => drop(self.writes.insert(region)),
            Effect::Writes(region, false) => drop(self.writes.remove(&region)),
            Effect::Record(set) => {
                self.names.change(*set);
                self.route(at);
            }
            Effect::Checked => self.route(at),
            Effect::Forgotten => self.names.forget(at),
            Effect::Promoted(region) => {
                self.writes.insert(region.clone());
                (self.writer, self.moving) = (region, false);
            }
            Effect::GivenUp => self.moving = false,
        }
        if self.writes.iter().filter(|region| self.is_used(region)).count() > 1 {
            self.split.push(at);
        }
    }

    /// Answers change, and who has asked before goes on by what he was told.
    fn route(&mut self, at: Instant) {
        let ttl = self.nature.ttl;
        self.names.answer(&self.facts, at + ttl.div_f64(self.nature.pace));
        self.later(at, ttl, Effect::Forgotten);
    }

    /// Whether anybody uses the database of a region: users who are sent there, or consumers that could be stopped. Those
    /// in a region that is cut off go on until their writer is fenced, whatever is done elsewhere.
    fn is_used(&self, region: &RegionId) -> bool {
        let consumes = || !self.is_cut_off(region) && self.consumes(region);
        !self.is_down(region) && (self.serves().contains(region) || consumes())
    }

    /// The regions that users are sent to.
    pub fn serves(&self) -> BTreeSet<RegionId> {
        self.names.served()
    }

    fn consumes(&self, region: &RegionId) -> bool {
        self.scene.stack.consumers.iter().any(|consumer| {
            let ready = self.facts.get(&format!("ready/{region}/{}/{}", consumer.namespace, consumer.deployment));
            ready.is_some_and(|ready| ready != "0")
        })
    }

    pub(crate) fn is_down(&self, region: &RegionId) -> bool {
        self.scene.down.contains(region)
    }

    pub(crate) fn is_writer(&self, member: &Arn) -> bool {
        member.region().as_ref() == Some(&self.writer)
    }

    /// Whether nobody can be asked to make a call: the region that it needs cannot be reached, or none of those that would
    /// do.
    pub(crate) fn is_out_of_reach(&self, call: &Call) -> bool {
        let asked = call.asks();
        !asked.is_empty() && asked.iter().all(|region| self.is_cut_off(region))
    }

    /// The same for a look.
    pub(crate) fn is_out_of_sight(&self, check: &Check) -> bool {
        let asked = check.asks();
        !asked.is_empty() && asked.iter().all(|region| self.is_cut_off(region))
    }

    fn is_cut_off(&self, region: &RegionId) -> bool {
        self.scene.plan.before.unreachable.contains(region)
    }
}
