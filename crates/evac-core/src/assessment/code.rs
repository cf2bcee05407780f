use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// The stable name of a finding. It never changes its meaning, so that people can look it up and scripts can match it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[allow(missing_docs, reason = "each code is explained by its own row of the table below")]
pub enum Code {
    SourceMissing,
    SourceStale,
    SourceFailed,
    ProbeFailed,
    ProbeSlow,
    WriterNone,
    WriterTwo,
    WriterViews,
    WriterUnfenced,
    AuroraFailover,
    AuroraMember,
    AuroraStatus,
    AuroraHeadless,
    AuroraVersion,
    AuroraLag,
    AuroraLagUnknown,
    AuroraLagFlat,
    AuroraRescue,
    ReplicationBacklog,
    ReplicationUnknown,
    ReplicationFailed,
    ReplicationRule,
    ReplicationOneWay,
    CanaryLate,
    WorkloadMissing,
    WorkloadShort,
    NodesShort,
    BackupNone,
    BackupOld,
    BackupStore,
    BackupReadOnly,
    BackupFailed,
    BackupSchedule,
    RecordMissing,
    RecordHealthCheck,
    Checkers,
    CheckDisabled,
    AlarmRaised,
    IdentityExpiry,
    IdentityAccount,
    ClockSkew,
    ClockRate,
    RtoProjected,
    BudgetSpent,
}

/// One row for each code: its name, and what it means and what to do, for the reference page and the screen.
const TABLE: &[(Code, &str, &str)] = &[
    (
        Code::SourceMissing,
        "SRC-MISSING",
        "A source has not answered yet. Wait for its first answer; until then the region is UNKNOWN.",
    ),
    (
        Code::SourceStale,
        "SRC-STALE",
        "The newest answer of a source is too old to count. See why it no longer answers; old evidence can convict, never acquit.",
    ),
    (Code::SourceFailed, "SRC-FAILED", "A source answers with errors, or not at all. The error says why."),
    (
        Code::ProbeFailed,
        "HTTP-PROBE",
        "The region's public endpoint does not answer with success. Users sent there get errors.",
    ),
    (Code::ProbeSlow, "HTTP-SLOW", "The region's public endpoint answers slowly."),
    (
        Code::WriterNone,
        "AUR-NOWRITER",
        "No member of the global cluster is the writer. Writes fail everywhere until one is promoted.",
    ),
    (
        Code::WriterTwo,
        "AUR-TWOWRITERS",
        "More than one region claims to be the writer, now or when last seen. Do not move traffic until the old one is proven fenced.",
    ),
    (
        Code::WriterUnfenced,
        "AUR-UNFENCED",
        "RDS tried to stop the old writer of a region that is not seen any more, and does not know whether it has. It may be taking writes that will be lost. See to it that nobody reaches it.",
    ),
    (
        Code::WriterViews,
        "AUR-VIEWS",
        "Regions do not agree on the members or the writer of the global cluster. Wait until they do, or find out which is right.",
    ),
    (
        Code::AuroraFailover,
        "AUR-FAILOVER",
        "A failover or switchover of the global cluster is under way. Do not start another.",
    ),
    (
        Code::AuroraMember,
        "AUR-MEMBER",
        "The region's cluster is not a member of the global cluster. It cannot be promoted by a failover.",
    ),
    (Code::AuroraStatus, "AUR-STATUS", "The region's cluster is not available."),
    (
        Code::AuroraHeadless,
        "AUR-HEADLESS",
        "The region's cluster has no available instance. Add one before it can be promoted.",
    ),
    (
        Code::AuroraVersion,
        "AUR-VERSION",
        "The region's cluster runs another engine version than the global cluster. A switchover may be refused.",
    ),
    (
        Code::AuroraLag,
        "AUR-LAG",
        "The Aurora secondary is behind by more than its objective; past the RPO the region is NO-GO.",
    ),
    (
        Code::AuroraLagUnknown,
        "AUR-NOLAG",
        "A secondary publishes no lag, so nobody can say what a failover would lose.",
    ),
    (
        Code::AuroraLagFlat,
        "AUR-FLAT",
        "The published lag has repeated itself to the last digit for many minutes. It may be frozen while the real one grows.",
    ),
    (
        Code::AuroraRescue,
        "AUR-RESCUE",
        "A system snapshot holds the writes that an unplanned failover lost. Copy it before it expires.",
    ),
    (
        Code::ReplicationBacklog,
        "S3-BACKLOG",
        "Objects wait for replication longer than their objective; past the RPO the region is NO-GO.",
    ),
    (
        Code::ReplicationUnknown,
        "S3-NOMETRICS",
        "A replication rule publishes no metrics, so nobody can say what is missing. Enable replication metrics on it.",
    ),
    (
        Code::ReplicationFailed,
        "S3-FAILED",
        "Objects failed to replicate, and S3 never tries them again. Run Batch Replication.",
    ),
    (
        Code::ReplicationRule,
        "S3-RULE",
        "A replication rule of the stack is absent, disabled or without versioning on its bucket.",
    ),
    (
        Code::ReplicationOneWay,
        "S3-ONEWAY",
        "Two regions replicate in one direction only. Set up the other beforehand: during an event it may be impossible.",
    ),
    (Code::CanaryLate, "S3-CANARY", "The canary object has not arrived within the replication objective."),
    (Code::WorkloadMissing, "K8S-MISSING", "A Deployment that the stack needs does not exist in the region."),
    (Code::WorkloadShort, "K8S-SHORT", "A Deployment has fewer ready replicas than the stack needs."),
    (Code::NodesShort, "K8S-NODES", "Too few of the region's nodes are ready."),
    (Code::BackupNone, "BAK-NONE", "The region has no backup that could be restored there now."),
    (Code::BackupOld, "BAK-OLD", "The newest restorable backup of a schedule is older than the schedule allows."),
    (
        Code::BackupStore,
        "BAK-STORE",
        "Velero cannot reach a backup storage location. Backups in it cannot be restored.",
    ),
    (
        Code::BackupReadOnly,
        "BAK-READONLY",
        "The default storage location is read-only: no backup is written to it. A restore sets it so while it runs, and back at its end: where none runs, look for one that was left (`evac runs`), and resume it.",
    ),
    (Code::BackupFailed, "BAK-FAILED", "The newest backup of a schedule failed, in whole or in part."),
    (Code::BackupSchedule, "BAK-SCHEDULE", "A Velero schedule of the stack is absent, paused or refused."),
    (Code::RecordMissing, "DNS-RECORD", "A record of the stack is not in the hosted zone."),
    (Code::RecordHealthCheck, "DNS-NOCHECK", "A record lacks the health check that should move its traffic."),
    (
        Code::Checkers,
        "DNS-CHECKERS",
        "Route 53's checkers call the region unhealthy. Its records are not answered while another is healthy.",
    ),
    (
        Code::CheckDisabled,
        "DNS-DISABLED",
        "A health check is disabled or inverted, so it does not tell the region's health.",
    ),
    (Code::AlarmRaised, "CW-ALARM", "A CloudWatch alarm is raised."),
    (Code::IdentityExpiry, "IAM-EXPIRY", "The credentials end soon, or have ended. Renew them before you act."),
    (Code::IdentityAccount, "IAM-ACCOUNT", "Regions answer for different accounts. One of the profiles is wrong."),
    (
        Code::ClockSkew,
        "CLK-SKEW",
        "A clock is wrong: this machine's, or a source's. Ages are judged by each source's own clock, so they still hold.",
    ),
    (
        Code::ClockRate,
        "CLK-RATE",
        "The observed world's clock runs at another pace than this machine's, as its stack file says. No real deployment does.",
    ),
    (Code::RtoProjected, "RTO-BREACH", "The configured step times add up to more than the RTO."),
    (Code::BudgetSpent, "SLO-BUDGET", "The error budget of the month or the year is spent."),
];

impl Code {
    /// Every code, in the order of the reference.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(code, ..)| *code)
    }

    fn row(self) -> (&'static str, &'static str) {
        TABLE.iter().find(|(code, ..)| *code == self).map_or(("", ""), |(_, name, meaning)| (name, meaning))
    }

    /// The stable name, such as `AUR-LAG`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// What it means and what to do.
    pub fn meaning(self) -> &'static str {
        self.row().1
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
