//! MiniStack with a stack that runs can act on, and what became of it.

use std::path::PathBuf;

use serde_json::Value;

use crate::{
    desk::Stage,
    foreign::{child::Server, list, python::Python, servers::Foreign, text},
    seeded_stack::SeededStack,
};

/// What a stack that is acted on names besides what is read of every stack. There is no Kubernetes: MiniStack would need
/// Docker for it.
const ACTING: &str = "
[traffic.stop.eu-west-1]
region = \"us-west-2\"
bucket = \"shop-data-us-west-2\"
key = \"evac/stop/eu-west-1\"

[[freeze.terraform]]
region = \"us-west-2\"
bucket = \"shop-terraform\"
key = \"shop/terraform.tfstate\"

[lease]
table = \"shop-lease\"
regions = [\"us-west-2\", \"us-east-2\"]

[journal.buckets]
us-west-2 = \"shop-journal-us-west-2\"
eu-west-1 = \"shop-journal-eu-west-1\"

[cost]
enabled = false
";

/// See the module.
pub struct Ground {
    /// The server.
    pub server: Foreign,
    /// The stack.
    pub stack: SeededStack,
    seeded: Value,
    _resolver: Server,
}

impl Ground {
    /// A server with a stack in it, and with what runs need.
    pub fn ministack(python: Python) -> Self {
        let server = Foreign::ministack(python);
        let mut seeded = server.json("seed_ministack.py", &["acting"]);
        let (resolver, address) = server.resolver(text(&seeded, "/zone"), "us-east-1");
        seeded["resolver"] = address.into();
        let stack = SeededStack::with(&server.url, &seeded, ACTING);
        Self { server, stack, seeded, _resolver: resolver }
    }

    /// Publishes what would be published in the newest minutes while a region writes.
    pub fn publish(&self, writer: &str) {
        self.server.json("seed_ministack.py", &["metrics", writer, &self.seeded["health_checks"].to_string()]);
    }

    /// What became of it, by boto3.
    pub fn look(&self) -> Seen {
        Seen(self.server.json("look.py", &[text(&self.seeded, "/zone")]))
    }
}

impl Stage for Ground {
    fn stack(&self) -> PathBuf {
        self.stack.file()
    }
}

/// What boto3 sees of a stack.
#[derive(Debug)]
pub struct Seen(Value);

impl Seen {
    /// The regions whose members are called writers.
    pub fn writers(&self) -> &Value {
        &self.0["writers"]
    }

    /// The value and the weight of a record.
    pub fn record(&self, name: &str, region: &str) -> &Value {
        &self.0["records"][format!("{name}.shop.example. {region}")]
    }

    /// The versions of an object, the newest first.
    pub fn versions(&self, bucket: &str, key: &str) -> Vec<&Value> {
        list(&self.0, &format!("{bucket}/versions")).iter().filter(|version| text(version, "/key") == key).collect()
    }

    /// Whether an object was deleted, so that a marker is its newest version.
    pub fn is_deleted(&self, bucket: &str, key: &str) -> bool {
        list(&self.0, &format!("{bucket}/markers")).iter().any(|marker| marker == key)
    }

    /// How the table of the lease says that its replicas agree.
    pub fn consistency(&self) -> &Value {
        &self.0["consistency"]
    }

    /// The item of the lease, which has to be the same in each of its regions.
    pub fn lease(&self) -> &Value {
        let (one, other) = (&self.0["lease"]["us-west-2"], &self.0["lease"]["us-east-2"]);
        assert_eq!(one, other, "the replicas of the lease");
        one
    }
}
