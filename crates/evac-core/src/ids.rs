//! Names of things, each a type of its own: a region cannot be passed where a bucket is wanted.

use std::{borrow::Borrow, fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a {kind} cannot be empty")]
    Empty {
        /// What was to be named.
        kind: &'static str,
    },
    /// Longer than any name that AWS or Kubernetes allows.
    #[error("a {kind} of {length} characters is too long (at most {MAX_NAME_LENGTH})")]
    TooLong {
        /// What was to be named.
        kind: &'static str,
        /// How many characters were given.
        length: usize,
    },
    /// A control, invisible or direction-changing character, or white space at an end.
    #[error("a {kind} cannot hold the character {character:?}")]
    Character {
        /// What was to be named.
        kind: &'static str,
        /// The first offending character.
        character: char,
    },
}

/// The longest name kept: an ARN is at most 2,048 characters long.
pub const MAX_NAME_LENGTH: usize = 2048;

fn check(kind: &'static str, text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty { kind });
    }
    let length = text.chars().count();
    if length > MAX_NAME_LENGTH {
        return Err(NameError::TooLong { kind, length });
    }
    match text.chars().find(|character| crate::text::is_hostile(*character) || character.is_whitespace()) {
        Some(character) => Err(NameError::Character { kind, character }),
        None => Ok(()),
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name, checked: not empty, not over-long, free of white space and of characters that could
            /// disturb a terminal.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                check($kind, &text)?;
                Ok(Self(text))
            }

            /// The name as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

names! {
    /// An AWS region, such as `us-west-2`.
    RegionId = "region";
    /// An Amazon resource name.
    Arn = "ARN";
    /// The identifier of an Aurora global cluster.
    GlobalClusterId = "global cluster";
    /// The identifier of an Aurora DB cluster.
    ClusterId = "DB cluster";
    /// An S3 bucket.
    BucketName = "bucket";
    /// The identifier of an S3 replication rule.
    RuleId = "replication rule";
    /// A Route 53 hosted zone, without the `/hostedzone/` in front.
    HostedZoneId = "hosted zone";
    /// A Route 53 health check.
    HealthCheckId = "health check";
    /// A DNS name, without the dot at its end.
    DnsName = "DNS name";
    /// A context of a kubeconfig file.
    ContextName = "Kubernetes context";
    /// A Velero schedule.
    ScheduleName = "schedule";
    /// The name of a stack.
    StackName = "stack name";
    /// An AWS account number.
    AccountId = "account";
}

impl Arn {
    /// The region field of the ARN (`arn:partition:service:region:account:resource`), if it has one.
    pub fn region(&self) -> Option<RegionId> {
        self.0.split(':').nth(3).and_then(|region| RegionId::new(region).ok())
    }

    /// What follows the last colon: for a DB cluster, its identifier.
    pub fn resource(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }
}

impl DnsName {
    /// The same name whether or not it was written with the root's dot, in lower case.
    pub fn canonical(text: &str) -> Result<Self, NameError> {
        Self::new(text.trim_end_matches('.').to_ascii_lowercase())
    }
}

impl HostedZoneId {
    /// The identifier with the `/hostedzone/` that Route 53 puts in front of it taken off.
    pub fn canonical(text: &str) -> Result<Self, NameError> {
        Self::new(text.trim_start_matches("/hostedzone/"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_name_that_could_disturb_a_terminal_is_refused() {
        for text in ["", "a b", "a\u{1b}[2J", "a\u{202e}b", "a\u{200b}", "\n", &"x".repeat(MAX_NAME_LENGTH + 1)] {
            assert!(RegionId::new(text).is_err(), "{text:?} was taken");
        }
        assert_eq!(RegionId::new("us-west-2").unwrap().as_str(), "us-west-2");
    }

    #[test]
    fn an_arn_tells_its_region_and_resource() {
        let arn = Arn::new("arn:aws:rds:us-west-2:123456789012:cluster:akidb-usw2").unwrap();
        assert_eq!(arn.region().unwrap().as_str(), "us-west-2");
        assert_eq!(arn.resource(), "akidb-usw2");
        let global = Arn::new("arn:aws:rds::123456789012:global-cluster:akidb").unwrap();
        assert_eq!(global.region(), None);
    }

    #[test]
    fn route_53_writes_names_and_zones_in_more_than_one_way() {
        assert_eq!(DnsName::canonical("API.akidb.example.").unwrap().as_str(), "api.akidb.example");
        assert_eq!(HostedZoneId::canonical("/hostedzone/Z1").unwrap().as_str(), "Z1");
    }
}
