use super::{Call, Check};

impl Call {
    /// What shows that a change of traffic is as the call sets it. `None` for calls that move no traffic: what shows those
    /// depends on what they are made for.
    pub(crate) fn shown_by(&self) -> Option<Check> {
        let object = |region, bucket, key, exists| Check::Object {
            region: Clone::clone(region),
            bucket: Clone::clone(bucket),
            key: String::clone(key),
            exists,
        };
        Some(match self {
            Self::SetRoutingControls { endpoints, states } => {
                Check::RoutingControls { endpoints: endpoints.clone(), states: states.clone() }
            }
            Self::PutStop { region, bucket, key, .. } => object(region, bucket, key, true),
            Self::RemoveStop { region, bucket, key } => object(region, bucket, key, false),
            Self::ChangeRecords { zone, changes, .. } => {
                Check::Records { zone: zone.clone(), records: changes.iter().map(|change| change.to.clone()).collect() }
            }
            _ => return None,
        })
    }
}
