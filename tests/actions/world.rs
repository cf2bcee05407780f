//! A simulated world in a process of its own, and what is true there.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{TcpStream, UdpSocket},
    path::PathBuf,
    time::Instant,
};

use serde_json::{Value, json};

use crate::{
    desk::Stage,
    foreign::{PATIENCE, evac::Simulator, list, text},
};

/// How fast the world goes while something is planned and begun, and by what evac reckons for how long to wait.
pub const PACE: u32 = 20;
/// How fast it may go once a run is under way: what is waited for comes sooner than evac reckons with.
pub const HURRY: u32 = 150;

/// The address that each region's record answers with.
const ADDRESSES: [(&str, [u8; 4]); 3] =
    [("us-east-1", [192, 0, 2, 10]), ("us-west-2", [198, 51, 100, 10]), ("eu-west-1", [203, 0, 113, 10])];

/// See the module.
pub struct World {
    simulator: Simulator,
}

/// A change that somebody asked of the world.
#[derive(Debug, Clone)]
pub struct Change {
    /// The service.
    pub service: String,
    /// The region.
    pub region: String,
    /// The operation, or the method and the path.
    pub what: String,
    /// What was answered, if the service ever heard of it.
    pub status: Option<u64>,
}

impl Change {
    /// Whether it was carried out, and is one that does harm when it is made twice: what only sets a value may be set
    /// again to the same.
    pub fn is_once(&self) -> bool {
        let done = self.status.is_some_and(|status| (200..300).contains(&status));
        done && (self.service == "rds" || (self.service == "kubernetes" && self.what.starts_with("POST")))
    }
}

impl World {
    /// A calm world.
    pub fn start() -> Self {
        Self { simulator: Simulator::start(PACE) }
    }

    /// A file that the simulator wrote.
    pub fn file(&self, name: &str) -> PathBuf {
        self.simulator.file(name)
    }

    /// Changes the stack file, for all who read it from here on.
    pub fn rewrite_stack(&self, change: impl Fn(&str) -> String) {
        let file = self.file("stack.toml");
        let (before, after) = (fs::read_to_string(&file).unwrap(), change(&fs::read_to_string(&file).unwrap()));
        assert_ne!(before, after, "nothing was changed");
        fs::write(file, after).unwrap();
    }

    /// Leaves the stack no lever for traffic but its records.
    pub fn leave_records_alone(&self) {
        self.rewrite_stack(|stack| {
            let mut keep = true;
            let kept = stack.lines().filter(|line| {
                let other = ["[traffic.routing_control", "[traffic.stop"];
                keep = if line.starts_with('[') { !other.iter().any(|head| line.starts_with(head)) } else { keep };
                keep
            });
            kept.collect::<Vec<_>>().join("\n")
        });
    }

    /// Lets the lease of a machine that died run out soon.
    pub fn shorten_lease(&self) {
        self.rewrite_stack(|stack| stack.replace("ttl = \"20s\"", "ttl = \"5s\""));
    }

    /// Asks the control API.
    pub fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = http(&self.simulator.control(), method, path, &body.to_string());
        assert_eq!(status, 200, "{method} {path} {body}: {answer}");
        serde_json::from_str(&answer).unwrap()
    }

    /// What the simulator says of itself.
    pub fn state(&self) -> Value {
        self.control("GET", "/state", &json!({}))
    }

    /// Begins a scenario.
    pub fn trigger(&self, scenario: &str) {
        self.control("POST", "/trigger", &json!({"scenario": scenario}));
    }

    /// Loses us-east-1 with all its endpoints. They take connections, so that they can be counted, and never answer.
    /// Time all but stands afterwards, until somebody acts: a stated loss grows with it.
    pub fn lose_primary(&self) {
        self.lose_primary_by("region-loss");
    }

    /// The same by another scenario.
    pub fn lose_primary_by(&self, scenario: &str) {
        self.trigger(scenario);
        self.pass("60s");
        self.speed(1);
        self.fault(Some("us-east-1"), None, "hang");
    }

    /// Cuts evac off from us-east-1, which goes on serving. Time all but stands afterwards.
    pub fn cut_off_primary(&self) {
        self.speed(1);
        self.fault(Some("us-east-1"), None, "hang");
    }

    /// Sets a fault.
    pub fn fault(&self, region: Option<&str>, service: Option<&str>, kind: &str) {
        let mut fault = target(region, service);
        fault["kind"] = json!(kind);
        self.control("POST", "/faults", &fault);
    }

    /// Lets a service of a region answer late by so many milliseconds.
    pub fn delay(&self, region: &str, service: &str, milliseconds: u64) {
        let mut fault = target(Some(region), Some(service));
        fault["kind"] = json!("delay");
        fault["milliseconds"] = json!(milliseconds);
        self.control("POST", "/faults", &fault);
    }

    /// Takes the faults off endpoints.
    pub fn heal(&self, region: Option<&str>, service: &str) {
        self.control("POST", "/heal", &target(region, Some(service)));
    }

    /// Does what a scenario could.
    pub fn perform(&self, action: &Value) {
        self.control("POST", "/perform", action);
    }

    /// How fast time goes.
    pub fn speed(&self, speed: u32) {
        self.control("POST", "/clock", &json!({"speed": speed}));
    }

    /// Lets time pass at once.
    pub fn pass(&self, length: &str) {
        self.control("POST", "/clock", &json!({"advance": length}));
    }

    /// The regions whose databases take writes.
    pub fn writers(&self) -> Vec<String> {
        let state = self.state();
        list(&state, "/truth/writers").iter().map(|writer| text(writer, "").to_owned()).collect()
    }

    /// For how many seconds two regions took writes, ever.
    pub fn split_seconds(&self) -> i64 {
        self.state()["truth"]["split_seconds"].as_i64().unwrap()
    }

    /// Every change that was asked for, but for those of journals and leases.
    pub fn changes(&self) -> Vec<Change> {
        let requests = self.control("GET", "/requests", &json!({}));
        let changes = list(&requests, "/changes").iter().map(|change| Change {
            service: text(change, "/service").to_owned(),
            region: text(change, "/region").to_owned(),
            what: text(change, "/what").to_owned(),
            status: change["status"].as_u64(),
        });
        changes.filter(|change| !change.what.contains("/akidb-evac-journal-") && change.service != "dynamodb").collect()
    }

    /// The changes whose name holds this.
    pub fn changes_of(&self, what: &str) -> Vec<Change> {
        self.changes().into_iter().filter(|change| change.what.contains(what)).collect()
    }

    /// How often the lease was written.
    pub fn lease_writes(&self) -> usize {
        let requests = self.control("GET", "/requests", &json!({}));
        list(&requests, "/changes").iter().filter(|change| change["service"] == "dynamodb").count()
    }

    /// How many connections and requests each service of a region has had.
    pub fn turned_to(&self, region: &str) -> BTreeMap<String, (u64, u64)> {
        let requests = self.control("GET", "/requests", &json!({}));
        let there = list(&requests, "/endpoints").iter().filter(|endpoint| endpoint["region"] == region);
        let counts =
            |endpoint: &Value| (endpoint["connections"].as_u64().unwrap(), endpoint["requests"].as_u64().unwrap());
        there.map(|endpoint| (text(endpoint, "/service").to_owned(), counts(endpoint))).collect()
    }

    /// Asks the Kubernetes API of a region.
    pub fn kubernetes(&self, region: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let (status, answer) = http(&self.address("kubernetes", region), method, path, &body.to_string());
        (status, serde_json::from_str(&answer).unwrap_or_default())
    }

    /// How many replicas a Deployment is to have, and how many are ready.
    pub fn replicas(&self, region: &str, deployment: &str) -> (u64, u64) {
        let path = format!("/apis/apps/v1/namespaces/akidb/deployments/{deployment}");
        let (_, found) = self.kubernetes(region, "GET", &path, &json!({}));
        let ready = found["status"]["readyReplicas"].as_u64().unwrap_or(0);
        (found["spec"]["replicas"].as_u64().unwrap_or_else(|| panic!("{deployment} in {region}: {found:#}")), ready)
    }

    /// What Velero may do with a region's own backup store.
    pub fn store_mode(&self, region: &str) -> String {
        let path = "/apis/velero.io/v1/namespaces/velero/backupstoragelocations/default";
        let (_, found) = self.kubernetes(region, "GET", path, &json!({}));
        found["spec"]["accessMode"].as_str().unwrap_or("ReadWrite").to_owned()
    }

    /// Whether an object is in a bucket.
    pub fn has_object(&self, region: &str, bucket: &str, key: &str) -> bool {
        http(&self.address("s3", region), "HEAD", &format!("/{bucket}/{key}"), "").0 == 200
    }

    /// The region that users of a region are sent to: what their resolver answers now.
    pub fn users_go_to(&self, region: &str) -> &'static str {
        let reply = dns(self.address("resolver", region).trim_start_matches("dns://"), "api.akidb.example");
        // The length of an address, and the address.
        let has = |address: [u8; 4]| reply.windows(6).any(|bytes| bytes[..2] == [0, 4] && bytes[2..] == address);
        let found = ADDRESSES.iter().find(|(_, address)| has(*address));
        found.unwrap_or_else(|| panic!("no address for users of {region}: {reply:?}")).0
    }

    /// Asks RDS of a region for a description, as XML.
    pub fn rds(&self, region: &str, action: &str) -> String {
        let form = format!("Action={action}&Version=2014-10-31");
        http(&self.address("rds", region), "POST", "/", &form).1
    }

    fn address(&self, service: &str, region: &str) -> String {
        self.simulator.endpoint(service, region).trim_start_matches("http://").to_owned()
    }

    /// Waits until something is so.
    #[track_caller]
    pub fn wait_until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut asked = json!(0);
        while !is_so() {
            assert!(Instant::now() < deadline, "not in time: {what}\n{:#}", self.state()["truth"]);
            // A run that does anything writes it down, and copies that to the world's S3: this ends then.
            asked = self.control("GET", &format!("/requests?after={asked}"), &json!({}))["asked"].clone();
        }
    }
}

impl Stage for World {
    fn stack(&self) -> PathBuf {
        self.file("stack.toml")
    }

    fn hurry(&self, hurry: bool) {
        self.speed(if hurry { HURRY } else { PACE });
    }
}

/// The endpoints that a fault is for.
fn target(region: Option<&str>, service: Option<&str>) -> Value {
    let members = [("region", region), ("service", service)];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))).collect()
}

/// One request by hand, on a connection of its own.
fn http(address: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {path}: {answer:?}"));
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// What a resolver replies to the question for a name's address.
fn dns(resolver: &str, name: &str) -> Vec<u8> {
    let mut query = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        query.push(u8::try_from(label.len()).unwrap());
        query.extend(label.bytes());
    }
    query.extend([0, 0, 1, 0, 1]);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.send_to(&query, resolver).unwrap();
    let mut reply = vec![0; 1500];
    let length = socket.recv(&mut reply).unwrap();
    reply.truncate(length);
    reply
}
