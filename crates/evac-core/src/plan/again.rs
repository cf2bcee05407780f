use super::Call;

impl Call {
    /// Why it does no harm to make the call once more, should nobody know whether it was made. `None` for one that must
    /// never be repeated: what became of it is then found out by looking alone.
    pub fn harmless_again(&self) -> Option<&'static str> {
        Some(match self {
            Self::LockTerraform { .. } => "a lock that is there is taken for ours only by its id",
            Self::UnlockTerraform { .. } => "it takes away the lock of this id and no other",
            Self::SetArgoSync { .. } => "it sets the same again",
            Self::Scale { .. } | Self::SetAutoscalerMinimum { .. } => "it wants the same number again",
            Self::Switchover { .. } | Self::Failover { .. } => {
                "RDS refuses it while one is under way, and once the target is the writer"
            }
            Self::Detach { .. } => "a cluster that has left cannot leave again",
            Self::CopySnapshot { .. }
            | Self::CreateRestore { .. }
            | Self::RestoreToTime { .. }
            | Self::CreateInstance { .. } => "its name is in the plan, and can be taken once",
            Self::SetRoutingControls { .. } => "it sets the same states again",
            Self::PutStop { .. } | Self::RemoveStop { .. } => {
                "the object is there, or is not, however often it is said"
            }
            Self::ChangeRecords { .. } => "it writes the same records again",
            Self::SetLocationMode { .. } => "it sets the same mode again",
            Self::ProtectCluster { .. } => "it sets the same protection again",
            Self::Transact { .. } => "its Idempotency-Key is in the plan: the same key is the same transaction",
            Self::Notify { .. } => "to be told twice is better than not at all",
        })
    }
}
