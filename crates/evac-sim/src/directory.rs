//! The files of a running simulator: what `evac`, the AWS CLI, boto3 and kubectl need to find it.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::json;

use crate::{
    endpoint::Endpoints,
    error::SimError,
    kubernetes, probe,
    topology::{
        CheckKind, GLOBAL_CLUSTER, Place, RECORD_NAME, Region, Service, TERRAFORM_BUCKET, TERRAFORM_KEY,
        TERRAFORM_REGION, ZONE_ID,
    },
    world::tables::{LEASE_TABLE, REPLICAS},
};

/// The stack file.
pub const STACK: &str = "stack.toml";
/// The AWS config: a profile a region.
pub const AWS_CONFIG: &str = "aws-config";
/// The kubeconfig: a context a region.
pub const KUBECONFIG: &str = "kubeconfig";
/// Where the control API is.
pub const CONTROL: &str = "control.json";

/// Writes every file. The control file comes last: whoever finds it finds the others.
pub fn write(directory: &Path, endpoints: &Endpoints, control: &str, speed: u32) -> Result<(), SimError> {
    fs::create_dir_all(directory).map_err(SimError::file(directory))?;
    put(directory, STACK, &stack(endpoints, speed))?;
    put(directory, AWS_CONFIG, &aws_config(endpoints))?;
    put(directory, KUBECONFIG, &kubeconfig(endpoints))?;
    let list = endpoints
        .iter()
        .map(|endpoint| json!({"service": endpoint.service, "region": endpoint.place, "url": endpoint.url()}));
    let control = json!({
        "address": control, "process": std::process::id(), "speed": speed, "endpoints": list.collect::<Vec<_>>(),
    });
    put(directory, CONTROL, &format!("{control:#}\n"))
}

/// Takes the control file away, so that nobody looks for a simulator that has stopped.
pub fn forget(directory: &Path) {
    // Where it cannot be removed, a connection to the address in it will fail soon enough.
    let _ = fs::remove_file(directory.join(CONTROL));
}

/// The address of the control API of the simulator that serves a directory.
pub fn control_address(directory: &Path) -> Result<String, SimError> {
    let not_running = |reason: String| SimError::NotRunning { path: directory.to_owned(), reason };
    let text = fs::read_to_string(directory.join(CONTROL)).map_err(|error| not_running(error.to_string()))?;
    let control: serde_json::Value = serde_json::from_str(&text).map_err(|error| not_running(error.to_string()))?;
    let address = control.get("address").and_then(serde_json::Value::as_str);
    address.map(str::to_owned).ok_or_else(|| not_running(format!("{CONTROL} names no address")))
}

/// Writes a file so that a reader sees the old one or the new one, never half of it.
fn put(directory: &Path, name: &str, text: &str) -> Result<(), SimError> {
    let (path, new) = (directory.join(name), directory.join(format!(".{name}.new")));
    fs::write(&new, text).map_err(SimError::file(&new))?;
    fs::rename(&new, &path).map_err(SimError::file(&path))
}

fn url(endpoints: &Endpoints, service: Service, region: Region) -> String {
    endpoints.find(service, region).map(|endpoint| endpoint.url()).unwrap_or_default()
}

/// The name of each service in an AWS config file.
const CONFIG_NAMES: [(Service, &str); 7] = [
    (Service::Rds, "rds"),
    (Service::Sts, "sts"),
    (Service::CloudWatch, "cloudwatch"),
    (Service::S3, "s3"),
    (Service::DynamoDb, "dynamodb"),
    (Service::Route53, "route_53"),
    (Service::CostExplorer, "cost_explorer"),
];

fn aws_config(endpoints: &Endpoints) -> String {
    let mut text = String::from("# Written by `evac sim`: a profile a region. The credentials are made up.\n");
    // It puts an address of its own in place of the configured one, for this one service and region.
    let _ = writeln!(
        text,
        "# Version 1 of the AWS CLI does not read the endpoint of rds in us-east-1 from here: give it\n\
         # `--endpoint-url {}`. Version 2, boto3 and the other SDKs do.",
        url(endpoints, Service::Rds, Region::UsEast1)
    );
    for region in Region::ALL {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[profile {region}]\nregion = {region}\naws_access_key_id = AKIAEVACSIMULATED001\n\
             aws_secret_access_key = simulated\nservices = {region}-endpoints\noutput = json\nretry_mode = standard\n\
             max_attempts = 2\nsts_regional_endpoints = regional\n\n[services {region}-endpoints]\n"
        );
        for (service, name) in CONFIG_NAMES {
            let _ = writeln!(text, "{name} =\n  endpoint_url = {}", url(endpoints, service, region));
            if service == Service::S3 {
                text.push_str("  addressing_style = path\n");
            }
        }
        let cluster = url(endpoints, Service::RoutingControl, region);
        let _ = writeln!(text, "route53_recovery_cluster =\n  endpoint_url = {cluster}");
    }
    text
}

fn kubeconfig(endpoints: &Endpoints) -> String {
    let named = |key: &str, value: &dyn Fn(Region) -> serde_json::Value| -> Vec<serde_json::Value> {
        Region::ALL.into_iter().map(|region| json!({"name": region.name(), key: value(region)})).collect()
    };
    // JSON is YAML, and needs no writer of its own.
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": Region::UsEast1.name(),
        "preferences": {},
        "clusters": named("cluster", &|region| json!({"server": url(endpoints, Service::Kubernetes, region)})),
        "users": named("user", &|_| json!({"token": "simulated"})),
        "contexts": named("context", &|region| json!({"cluster": region.name(), "user": region.name()})),
    });
    format!("{config:#}\n")
}

fn label(region: Region) -> &'static str {
    match region {
        Region::UsEast1 => "N. Virginia",
        Region::UsWest2 => "Oregon",
        Region::EuWest1 => "Ireland",
    }
}

/// A real interval that suits the speed: the faster the world, the shorter, but never below a second, so that a fast
/// world costs the machine no more than a slow one.
fn interval(virtual_seconds: u32, speed: u32) -> String {
    let milliseconds = (u64::from(virtual_seconds) * 1000 / u64::from(speed.max(1))).max(1000);
    format!("{milliseconds}ms")
}

fn stack(endpoints: &Endpoints, speed: u32) -> String {
    let mut text = String::from(
        "# Written by `evac sim`: the reference stack, served by a simulator on this machine.\n\
         version = 1\nname = \"akidb\"\nenvironment = \"SIM\"\n\n[aws]\nconfig_file = \"aws-config\"\n",
    );
    for region in Region::ALL {
        let role = if region == Region::UsEast1 { "primary" } else { "secondary" };
        let _ = write!(
            text,
            "\n[regions.{region}]\nrole = \"{role}\"\nlabel = \"{}\"\nprobe = \"{}{}\"\ntransaction = \"{}{}\"\nkubernetes = \"{region}\"\n\
             kubeconfig = \"kubeconfig\"\nhealth_check = \"{}\"\n\n[regions.{region}.aws]\nprofile = \"{region}\"\n\n\
             [regions.{region}.aws.endpoints]\n",
            label(region),
            url(endpoints, Service::Probe, region),
            probe::PATH,
            url(endpoints, Service::Probe, region),
            probe::TRANSACTION,
            region.health_check(),
        );
        for (service, _) in CONFIG_NAMES {
            let _ = writeln!(text, "{service} = \"{}\"", url(endpoints, service, region));
        }
    }
    let _ = write!(text, "\n[aurora]\nglobal_cluster = \"{GLOBAL_CLUSTER}\"\n\n[aurora.members]\n");
    for region in Region::ALL {
        let _ = writeln!(text, "{region} = \"{}\"", region.cluster());
    }
    text.push_str("\n[buckets]\n");
    for region in Region::ALL {
        let _ = writeln!(text, "{region} = \"{}\"", region.bucket());
    }
    for from in Region::ALL {
        for to in Region::ALL.into_iter().filter(|to| *to != from) {
            let _ = write!(
                text,
                "\n[[replication]]\nrule = \"{}\"\nfrom = \"{from}\"\nsource = \"{}\"\nto = \"{to}\"\ndestination = \"{}\"\n",
                from.rule_to(to),
                from.bucket(),
                to.bucket()
            );
        }
    }
    traffic(&mut text, endpoints);
    text.push_str(&workloads());
    text.push_str(&runs());
    text.push_str("\n[velero]\nnamespace = \"velero\"\n");
    for (schedule, every, tier) in
        [("pvc-5m", "5m", "hot"), ("cluster-6h", "6h", "warm"), ("archive-weekly", "7d", "cold")]
    {
        let _ = write!(text, "\n[[velero.schedules]]\nname = \"{schedule}\"\nevery = \"{every}\"\ntier = \"{tier}\"\n");
    }
    for (tier, keep) in [("hot", "7d"), ("warm", "30d"), ("cold", "1y")] {
        let _ = write!(text, "\n[[velero.retention]]\ntier = \"{tier}\"\nkeep = \"{keep}\"\n");
    }
    let _ = write!(
        text,
        "\n# Intervals are in this machine's time; the world runs {speed} times as fast.\n[polling]\nhealth = \"{}\"\n\
         metrics = \"{}\"\nsettings = \"{}\"\ntimeout = \"{}\"\n\n[cost]\nrefresh = \"{}\"\n\n[clock]\nrate = {speed}.0\n",
        interval(10, speed),
        interval(30, speed),
        interval(60, speed),
        // A fast world still has a real network: shorter than this would call slow answers failures.
        interval(10, speed.min(3)),
        interval(6 * 3600, speed),
    );
    text
}

/// What runs in the clusters, and who else rules over it.
fn workloads() -> String {
    let namespace = kubernetes::NAMESPACE;
    let mut text = String::new();
    for (index, (name, primary, standby, ..)) in kubernetes::DEPLOYMENTS.into_iter().enumerate() {
        let replicas = primary + standby;
        let _ = write!(
            text,
            "\n[[workloads]]\nnamespace = \"{namespace}\"\ndeployment = \"{name}\"\nminimum_ready = {standby}\n\
             replicas = {replicas}\n"
        );
        if index == 0 {
            let _ = writeln!(text, "autoscaler = \"{}\"", kubernetes::AUTOSCALER.0);
        }
    }
    let (consumer, replicas) = kubernetes::CONSUMER;
    let _ = write!(
        text,
        "\n[[consumers]]\nnamespace = \"{namespace}\"\ndeployment = \"{consumer}\"\nreplicas = {replicas}\n\
         \n[freeze.argocd]\nnamespace = \"argocd\"\napplications = [\"{}\"]\n",
        kubernetes::APPLICATION
    );
    text
}

/// What a run holds still or writes to: the lock of Terraform, the lease, and the journal's copies.
fn runs() -> String {
    let mut text = format!(
        "\n[[freeze.terraform]]\nregion = \"{TERRAFORM_REGION}\"\nbucket = \"{TERRAFORM_BUCKET}\"\n\
         key = \"{TERRAFORM_KEY}\"\n\n[lease]\ntable = \"{LEASE_TABLE}\"\nregions = [{}]\nttl = \"20s\"\n\
         \n[journal]\nprefix = \"evac/runs/\"\n\n[journal.buckets]\n",
        REPLICAS.map(|region| format!("\"{region}\"")).join(", ")
    );
    for region in Region::ALL {
        let _ = writeln!(text, "{region} = \"{}\"", region.journal_bucket());
    }
    text
}

fn traffic(text: &mut String, endpoints: &Endpoints) {
    let _ = write!(text, "\n[traffic]\nhosted_zone = \"{ZONE_ID}\"\n");
    for region in Region::ALL {
        let _ = write!(
            text,
            "\n[[traffic.records]]\nname = \"{RECORD_NAME}\"\nregion = \"{region}\"\nset_identifier = \"{region}\"\n\
             values = [\"{}\"]\nhealth_check = \"{}\"\n",
            region.address(),
            region.check(CheckKind::Calculated)
        );
    }
    text.push_str("\n[traffic.regional_resolvers]\n");
    for region in Region::ALL {
        if let Some(endpoint) = endpoints.find(Service::Resolver, region) {
            let _ = writeln!(text, "{region} = [\"{}\"]", endpoint.address);
        }
    }
    text.push_str("\n[traffic.routing_control.endpoints]\n");
    for place in Place::ALL {
        if let Some(endpoint) = endpoints.at(Service::RoutingControl, place) {
            let _ = writeln!(text, "{place} = \"{}\"", endpoint.url());
        }
    }
    text.push_str("\n[traffic.routing_control.controls]\n");
    for region in Region::ALL {
        let _ = writeln!(text, "{region} = \"{}\"", region.routing_control());
    }
    for region in Region::ALL {
        let (standby, key) = (region.standby(), region.stop_key());
        let bucket = standby.bucket();
        let _ =
            write!(text, "\n[traffic.stop.{region}]\nregion = \"{standby}\"\nbucket = \"{bucket}\"\nkey = \"{key}\"\n");
    }
}
