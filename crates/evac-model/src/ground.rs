//! What is really so in the model, whoever looks and whatever he is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use evac_core::{ids::RegionId, plan::Call};
use tokio::time::Instant;

use crate::plans::{EAST, Shape, THIRD, WEST, region};

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
    /// A region gets users' requests, or gets them no more.
    Serves(RegionId, bool),
    /// The global cluster has another writer, and is available again.
    Promoted(RegionId),
    /// The promotion that is under way is given up: the writer stays, and the global cluster is available again.
    GivenUp,
}

/// The truth.
#[derive(Debug)]
pub struct Ground {
    pub(crate) nature: Nature,
    /// Facts by their names, such as the mode of a location.
    pub facts: BTreeMap<String, String>,
    /// The regions whose databases take writes.
    pub writes: BTreeSet<RegionId>,
    /// The regions that users are sent to.
    pub serves: BTreeSet<RegionId>,
    /// The writer that RDS names.
    pub writer: RegionId,
    /// True while the global cluster is being changed.
    pub moving: bool,
    coming: BTreeMap<(Instant, u64), Effect>,
    count: u64,
    /// Moments at which users were sent to two databases that both took writes.
    pub split: Vec<Instant>,
}

impl Ground {
    pub(crate) fn new(nature: Nature, shape: Shape) -> Self {
        // A failback begins where a failover has ended: in the west, and with what that left frozen.
        let (at, argo) = if shape == Shape::Failback { (WEST, "manual") } else { (EAST, "automated") };
        let facts = [
            ("argo/us-east-1/akidb".to_owned(), "automated"),
            ("argo/us-west-2/akidb".to_owned(), argo),
            ("argo/eu-west-1/akidb".to_owned(), "automated"),
            (format!("wanted/{at}/ingest"), "2"),
            (format!("ready/{at}/ingest"), "2"),
            ("location/us-west-2/default".to_owned(), "ReadWrite"),
        ];
        let left = match shape {
            Shape::Failback => Some(("lock/akidb/terraform.tfstate.tflock", "evac-1")),
            Shape::Undrain => Some(("object/evac/stop/us-east-1", "there")),
            _ => None,
        };
        let facts = facts.into_iter().chain(left.map(|(name, value)| (name.to_owned(), value)));
        // Before traffic is drained both regions have some; otherwise only one has.
        let serves: &[&str] = match shape {
            Shape::Drain => &[EAST, WEST],
            Shape::Undrain => &[WEST],
            _ => &[at],
        };
        Self {
            nature,
            facts: facts.map(|(name, value)| (name, value.to_owned())).collect(),
            writes: [region(at)].into(),
            serves: serves.iter().map(|name| region(name)).collect(),
            writer: region(at),
            moving: false,
            coming: BTreeMap::new(),
            count: 0,
            split: Vec::new(),
        }
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
            Effect::Writes(region, on) => set(&mut self.writes, region, on),
            Effect::Serves(region, on) => set(&mut self.serves, region, on),
            Effect::Promoted(region) => {
                self.writes.insert(region.clone());
                (self.writer, self.moving) = (region, false);
            }
            Effect::GivenUp => self.moving = false,
        }
        if self.writes.intersection(&self.serves).count() > 1 {
            self.split.push(at);
        }
    }

    /// A call reaches its service, and is carried out there; false when it is refused, as RDS refuses to promote while a
    /// promotion is under way, and whom it has promoted already.
    pub(crate) fn arrive(&mut self, call: &Call, at: Instant) -> bool {
        if let Call::Switchover { target, .. } | Call::Failover { target, .. } = call {
            if self.moving || self.is_writer(target) {
                return false;
            }
            self.moving = true;
        }
        for (after, effect) in self.consequences(call) {
            self.later(at, after, effect);
        }
        self.advance(at);
        true
    }

    /// What comes of a call, and after what time.
    fn consequences(&self, call: &Call) -> Vec<(Duration, Effect)> {
        let seconds = Duration::from_secs;
        let is = |name: String, value: &str| Effect::Is(name, Some(value.to_owned()));
        let now = |effect| vec![(seconds(0), effect)];
        match call {
            Call::LockTerraform { key, id, .. } => match self.facts.get(&format!("lock/{key}")) {
                Some(_) => Vec::new(),
                None => now(is(format!("lock/{key}"), id)),
            },
            Call::UnlockTerraform { key, id, .. } if self.facts.get(&format!("lock/{key}")) != Some(id) => Vec::new(),
            Call::UnlockTerraform { key, .. } => now(Effect::Is(format!("lock/{key}"), None)),
            Call::SetArgoSync { region, application, automated, .. } => {
                let word = if automated.is_some() { "automated" } else { "manual" };
                now(is(format!("argo/{region}/{application}"), word))
            }
            Call::Scale { region, deployment, replicas, .. } => {
                let (of, replicas) = (format!("{region}/{deployment}"), replicas.to_string());
                vec![
                    (seconds(0), is(format!("wanted/{of}"), &replicas)),
                    (seconds(25), is(format!("ready/{of}"), &replicas)),
                ]
            }
            Call::Switchover { target, .. } => self.promotion(target.as_str(), Some(seconds(5))),
            Call::Failover { target, .. } => self.promotion(target.as_str(), self.nature.fence),
            Call::SetRoutingControls { states, .. } => {
                let moved = states.iter().flat_map(|(control, on)| {
                    let after = if *on { seconds(2) } else { self.nature.ttl };
                    let told = (seconds(1), is(format!("control/{control}"), &on.to_string()));
                    [told, (after, Effect::Serves(last_part(control.as_str()), *on))]
                });
                moved.collect()
            }
            Call::PutStop { key, .. } => vec![
                (seconds(0), is(format!("object/{key}"), "there")),
                (self.nature.ttl + seconds(30), Effect::Serves(last_part(key), false)),
            ],
            Call::RemoveStop { key, .. } => vec![
                (seconds(0), Effect::Is(format!("object/{key}"), None)),
                (self.nature.ttl + seconds(30), Effect::Serves(last_part(key), true)),
            ],
            Call::CopySnapshot { copy, .. } => vec![(seconds(200), is(format!("snapshot/{copy}"), "available"))],
            Call::SetLocationMode { region, location, mode, .. } => {
                now(is(format!("location/{region}/{location}"), mode.word()))
            }
            Call::CreateRestore { name, .. } => match self.facts.get(&format!("restore/{name}")) {
                Some(_) => Vec::new(),
                None => vec![
                    (seconds(0), is(format!("restore/{name}"), "InProgress")),
                    (seconds(120), is(format!("restore/{name}"), "Completed")),
                ],
            },
            Call::RestoreToTime { target, .. } => vec![(seconds(200), is(format!("cluster/{target}"), "available"))],
            Call::CreateInstance { instance, .. } => {
                vec![(seconds(150), is(format!("instance/{instance}"), "available"))]
            }
            Call::ProtectCluster { cluster, protected, .. } => {
                vec![(seconds(3), is(format!("protected/{cluster}"), &protected.to_string()))]
            }
            Call::Transact { url, .. } => now(is(format!("transacted/{url}"), "yes")),
            Call::Notify { text } => now(is(format!("told/{text}"), "yes")),
            other => now(is(format!("done/{other:?}"), "yes")),
        }
    }

    fn promotion(&self, target: &str, fence: Option<Duration>) -> Vec<(Duration, Effect)> {
        let new =
            [EAST, WEST, THIRD].into_iter().find(|name| target.contains(name)).map_or(self.writer.clone(), region);
        let mut comes = vec![(self.nature.promotion, Effect::Promoted(new))];
        comes.extend(fence.map(|after| (after, Effect::Writes(self.writer.clone(), false))));
        comes
    }
}

fn set(all: &mut BTreeSet<RegionId>, region: RegionId, on: bool) {
    if on {
        all.insert(region);
    } else {
        all.remove(&region);
    }
}

/// The region that the last part of a path names.
fn last_part(path: &str) -> RegionId {
    region(path.rsplit('/').next().unwrap_or_default())
}
