use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{GuardRow, NoteSeverity};

/// The stable name of what stands for or against a plan. It never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[allow(missing_docs, reason = "each code is explained by its own row of the table below")]
pub enum GuardCode {
    PlanDrift,
    PlanOld,
    PlanEmpty,
    PlanBroken,
    PlanDeadRegion,
    PlanControlPlane,
    SnapshotStale,
    TargetUnknown,
    TargetNoGo,
    TargetHeadless,
    TargetVersion,
    TargetCapacity,
    TargetIsWriter,
    WritersTwo,
    WriterUnseen,
    WriterHealthy,
    WriterUnhealthy,
    FenceUnproven,
    LossBeyond,
    LossUnknown,
    BacklogBeyond,
    ReplicationOneWay,
    RunInProgress,
    CoolDown,
    FreezeWindow,
    CredentialsEnd,
    CredentialsDenied,
    LeaseLocal,
    LeaseUnreachable,
    JournalUnwritable,
    JournalLocal,
    BackupUnrestorable,
    BackupUnknown,
    RestoreSkips,
    NamespaceThere,
    LeverNone,
    LeverRecords,
    LeverReturns,
    UsersRemain,
    AnswersUnseen,
    InfrastructureDestroys,
    InfrastructureLocked,
    TransactionNone,
    LastServing,
}

const fn row(
    code: GuardCode,
    name: &'static str,
    severities: &'static [NoteSeverity],
    overridable: bool,
    meaning: &'static str,
) -> GuardRow {
    GuardRow { code, name, meaning, severities, overridable }
}

const BLOCK: &[NoteSeverity] = &[NoteSeverity::Block];
const EITHER: &[NoteSeverity] = &[NoteSeverity::Block, NoteSeverity::Warn];
const WARN: &[NoteSeverity] = &[NoteSeverity::Warn];
const SOFT: &[NoteSeverity] = &[NoteSeverity::Warn, NoteSeverity::Info];

/// Every code: what it means and what to do, for the reference page and the screen.
const TABLE: &[GuardRow] = &[
    row(
        GuardCode::PlanDrift,
        "PLN-DRIFT",
        BLOCK,
        false,
        "The world is not the one that the plan was made from. Make the plan again and read it again.",
    ),
    row(GuardCode::PlanOld, "PLN-OLD", BLOCK, false, "The plan is older than `guards.plan_age`. Make it again."),
    row(
        GuardCode::PlanEmpty,
        "PLN-EMPTY",
        BLOCK,
        false,
        "There is nothing to do: the world is as the intent wants it, or the stack has nothing that the verb acts on.",
    ),
    row(
        GuardCode::PlanBroken,
        "PLN-BROKEN",
        BLOCK,
        false,
        "The plan contradicts itself, or is not of this stack: it was changed by hand, or evac has a defect. Make it again.",
    ),
    row(
        GuardCode::PlanDeadRegion,
        "PLN-DEAD",
        EITHER,
        false,
        "A step needs a region that cannot be reached. Such a plan cannot end well; choose another verb or target.",
    ),
    row(
        GuardCode::PlanControlPlane,
        "PLN-CONTROL",
        EITHER,
        true,
        "A step needs the control plane of us-east-1 while that region is the one that is left or cannot be reached. Set up a lever of the data plane: routing controls or STOP objects.",
    ),
    row(
        GuardCode::SnapshotStale,
        "SNP-STALE",
        BLOCK,
        true,
        "Something that the plan relies on was not seen lately. Ask again (poll) and make the plan again.",
    ),
    row(
        GuardCode::TargetUnknown,
        "TGT-UNKNOWN",
        BLOCK,
        true,
        "The target's verdict is UNKNOWN: something that is required is not known to be good. The reasons are listed with the region.",
    ),
    row(
        GuardCode::TargetNoGo,
        "TGT-NO-GO",
        BLOCK,
        true,
        "The target's verdict is NO-GO: something that is required is known to be bad. Choose another target, or mend it first.",
    ),
    row(
        GuardCode::TargetHeadless,
        "TGT-HEADLESS",
        BLOCK,
        false,
        "The target's cluster has no instance that serves: promoted, it could answer nobody. Create an instance there first.",
    ),
    row(
        GuardCode::TargetVersion,
        "TGT-VERSION",
        EITHER,
        false,
        "The target's cluster runs another engine version than the global cluster, and RDS would refuse. Upgrade it first.",
    ),
    row(
        GuardCode::TargetCapacity,
        "TGT-CAPACITY",
        WARN,
        true,
        "The target has less room than the load of the evacuated region needs. Add nodes, or accept degraded service.",
    ),
    row(
        GuardCode::TargetIsWriter,
        "TGT-WRITER",
        BLOCK,
        false,
        "The target is the writer already. For traffic alone use `drain`.",
    ),
    row(
        GuardCode::WritersTwo,
        "WRT-TWO",
        EITHER,
        false,
        "Two regions are known to claim to be the writer. Until one is proven fenced, whatever is done loses data.",
    ),
    row(
        GuardCode::WriterUnseen,
        "WRT-UNSEEN",
        EITHER,
        true,
        "A region that is dark wrote when it was last seen, and nothing proves that its writer has stopped. Overriding acts beside it: what it may still take is lost.",
    ),
    row(
        GuardCode::WriterHealthy,
        "WRT-HEALTHY",
        BLOCK,
        true,
        "The writer's region looks healthy, and a failover loses data that a switchover would not. Use `switchover`.",
    ),
    row(
        GuardCode::WriterUnhealthy,
        "WRT-UNHEALTHY",
        BLOCK,
        false,
        "A switchover needs a healthy writer that can be reached. Use `failover`, which loses what had not arrived.",
    ),
    row(
        GuardCode::FenceUnproven,
        "FNC-UNPROVEN",
        EITHER,
        true,
        "The old writer is not proven to have stopped. Where this blocks the plan, overriding lets the run begin; what would write beside it (its traffic, or its consumers where users have left before) waits for the proof all the same, at a gate that `evac override` opens once it is reached. What the old writer still takes is lost then.",
    ),
    row(
        GuardCode::LossBeyond,
        "LSS-BEYOND",
        BLOCK,
        true,
        "More writes would be lost than the RPO (or `guards.most_loss`) allows.",
    ),
    row(GuardCode::LossUnknown, "LSS-UNKNOWN", BLOCK, true, "Nobody can say how much would be lost."),
    row(
        GuardCode::BacklogBeyond,
        "LSS-BACKLOG",
        EITHER,
        true,
        "The backlog of object replication into the target is older than the RPO. What has not arrived stays in the old region's bucket.",
    ),
    row(
        GuardCode::ReplicationOneWay,
        "RPL-ONE-WAY",
        WARN,
        true,
        "Objects are not set to replicate in both directions between the two regions: what is written in the target will not go back. Setting it up needs us-east-1; do it beforehand.",
    ),
    row(
        GuardCode::RunInProgress,
        "RUN-BUSY",
        BLOCK,
        false,
        "Another run acts on this stack. Attach to it; abort it there if it must not go on.",
    ),
    row(
        GuardCode::CoolDown,
        "RUN-COOL-DOWN",
        EITHER,
        true,
        "A run moved something, and nobody has acknowledged its end yet (`evac acknowledge RUN`), however long ago that was: back and forth is worse than either side.",
    ),
    row(GuardCode::FreezeWindow, "RUN-FREEZE", EITHER, true, "The stack file forbids planned actions at this time."),
    row(
        GuardCode::CredentialsEnd,
        "CRD-END",
        BLOCK,
        true,
        "The credentials end before the run would. Renew the session, then make the plan again.",
    ),
    row(
        GuardCode::CredentialsDenied,
        "CRD-DENIED",
        BLOCK,
        false,
        "The credentials are refused in a region that the plan acts in. Sign in again.",
    ),
    row(
        GuardCode::LeaseLocal,
        "LSE-LOCAL",
        WARN,
        true,
        "The stack has no `[lease]`: only this machine knows that a run acts. See to it that nobody else acts on the stack.",
    ),
    row(
        GuardCode::LeaseUnreachable,
        "LSE-UNREACHABLE",
        BLOCK,
        true,
        "The lease table cannot be asked in any region: another machine may be acting. Overriding takes a lease on this machine only.",
    ),
    row(
        GuardCode::JournalUnwritable,
        "JRN-UNWRITABLE",
        BLOCK,
        false,
        "The journal cannot be written here: what is not recorded is not done. Free space, or set another state folder.",
    ),
    row(
        GuardCode::JournalLocal,
        "JRN-LOCAL",
        WARN,
        true,
        "The journal is kept on this machine alone: no bucket is named in `[journal]`, or none outside of the lost region can be reached. No other machine could take over.",
    ),
    row(
        GuardCode::BackupUnrestorable,
        "BKP-UNRESTORABLE",
        BLOCK,
        true,
        "The backup cannot be restored in this region now. The reason says what is missing.",
    ),
    row(GuardCode::BackupUnknown, "BKP-UNKNOWN", BLOCK, false, "There is no such backup in this region."),
    row(
        GuardCode::RestoreSkips,
        "RST-SKIPS",
        SOFT,
        true,
        "Objects that are there already are left as they are, each with a warning, and data in volumes is never overwritten.",
    ),
    row(
        GuardCode::NamespaceThere,
        "RST-UPDATES",
        WARN,
        true,
        "Objects that are there already are patched to what the backup has: what was changed since is lost.",
    ),
    row(
        GuardCode::LeverNone,
        "LVR-NONE",
        EITHER,
        true,
        "No lever can move the traffic: it stays where health checks and resolvers send it.",
    ),
    row(
        GuardCode::LeverRecords,
        "LVR-RECORDS",
        WARN,
        true,
        "Traffic is moved by changing DNS records, which needs the control plane in us-east-1: what AWS calls the first anti-pattern. Set up routing controls or STOP objects.",
    ),
    row(
        GuardCode::LeverReturns,
        "LVR-RETURNS",
        WARN,
        true,
        "Health checks moved the traffic, and bring it back by themselves as soon as the old region answers again. `evac drain` holds it away for as long as you want.",
    ),
    row(
        GuardCode::UsersRemain,
        "USR-REMAIN",
        WARN,
        true,
        "The old writer may still serve users, and the target serves already: promoted now, both would take their writes. Users are led away first, and the promotion waits until whoever was answered before has forgotten it, at a gate that `evac override` opens once it is reached.",
    ),
    row(
        GuardCode::AnswersUnseen,
        "ANS-UNSEEN",
        SOFT,
        true,
        "Nobody knows what resolvers should answer: the records are aliases, or were never seen. Write what they answer as `traffic.records.values`, so that a move of the traffic is seen where users see it. Or all resolvers stand elsewhere, and by latency are led elsewhere in any case: `traffic.regional_resolvers` names some that stand in the region.",
    ),
    row(
        GuardCode::InfrastructureDestroys,
        "IAC-DESTROYS",
        WARN,
        true,
        "After this plan the next `terraform apply` would undo or destroy what it lists. The state's lock is held until a person has reconciled it.",
    ),
    row(
        GuardCode::InfrastructureLocked,
        "IAC-LOCKED",
        BLOCK,
        true,
        "A Terraform state is locked by somebody else: an apply may be under way, and its end may undo this plan.",
    ),
    row(
        GuardCode::TransactionNone,
        "VRF-NONE",
        WARN,
        true,
        "The target has no business transaction to verify (`regions.NAME.transaction`): only the states of its parts are.",
    ),
    row(
        GuardCode::LastServing,
        "TRF-LAST",
        BLOCK,
        false,
        "No other region would serve: the users of this one would have nowhere to go.",
    ),
];

impl GuardCode {
    /// Every code, in the order of the reference page.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.code)
    }

    /// Its row. Every code has one; a test walks them.
    pub fn row(self) -> GuardRow {
        TABLE.iter().find(|row| row.code == self).copied().unwrap_or(row(self, "?", BLOCK, false, ""))
    }

    /// Its name, such as `FNC-UNPROVEN`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The code of that name.
    pub fn parse(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name.eq_ignore_ascii_case(name.trim())).map(|row| row.code)
    }
}

impl std::fmt::Display for GuardCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

impl Serialize for GuardCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for GuardCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| serde::de::Error::custom(format!("no guard is called `{name}`")))
    }
}
