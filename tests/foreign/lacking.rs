//! What the servers cannot do of what acting needs, each by name. docs/SERVERS.md has the same list, and that of what
//! reading needs.

/// Something that a server cannot do, and what is seen instead.
pub struct Lacking {
    /// The server.
    pub server: &'static str,
    /// What it cannot do.
    pub operation: &'static str,
    /// What is seen instead: the beginning of a call's answer, or words of a run.
    pub instead: &'static str,
}

/// A promotion of MiniStack is over at once, and leaves no trace by which the old writer is proven to have stopped: a run
/// waits for that until somebody takes it upon himself.
pub const FENCE: Lacking = Lacking {
    server: "MiniStack",
    operation: "rds:DescribeEvents with the events of a global failover, and members of an old primary that no longer write",
    instead: "RDS reports nothing of shop-us-east-1",
};

/// A promotion of MiniStack passes through no state.
pub const STATES: Lacking = Lacking {
    server: "MiniStack",
    operation: "rds:DescribeGlobalClusters with a FailoverState while a promotion is under way",
    instead: "",
};

/// A table of MiniStack is replicated, and each replica judges conditions by itself.
pub const CONSISTENCY: Lacking = Lacking {
    server: "MiniStack",
    operation: "dynamodb:UpdateTable with MultiRegionConsistency, and so ReplicatedWriteConflictException",
    instead: "",
};

/// What moto restores belongs to the global cluster of what it was restored from.
pub const BESIDE: Lacking = Lacking {
    server: "moto",
    operation: "rds:RestoreDBClusterToPointInTime of a cluster that stands beside the global cluster of the old one",
    instead: "shop-global",
};

/// Calls that are not taken.
pub const CALLS: [Lacking; 7] = [
    Lacking {
        server: "MiniStack",
        operation: "rds:CopyDBClusterSnapshot",
        instead: "refused, for good: rds:CopyDBClusterSnapshot: InvalidAction: Unknown RDS action",
    },
    Lacking {
        server: "MiniStack",
        operation: "rds:RestoreDBClusterToPointInTime",
        instead: "refused, for good: rds:RestoreDBClusterToPointInTime: InvalidAction: Unknown RDS action",
    },
    Lacking {
        server: "MiniStack",
        operation: "route53-recovery-cluster:UpdateRoutingControlStates",
        instead: "refused, for good: us-west-2: route53-recovery-cluster:UpdateRoutingControlStates: ",
    },
    Lacking {
        server: "moto",
        operation: "rds:SwitchoverGlobalCluster",
        instead: "unknown: rds:SwitchoverGlobalCluster: HTTP 500",
    },
    Lacking {
        server: "moto",
        operation: "rds:FailoverGlobalCluster",
        instead: "unknown: rds:FailoverGlobalCluster: HTTP 500",
    },
    // By its name it is taken; AWS and evac name it by its ARN.
    Lacking { server: "moto", operation: "rds:RemoveFromGlobalCluster", instead: "taken, and not done" },
    Lacking {
        server: "moto",
        operation: "route53-recovery-cluster:UpdateRoutingControlStates",
        instead: "unknown: us-west-2: route53-recovery-cluster:UpdateRoutingControlStates: HTTP 500",
    },
];
