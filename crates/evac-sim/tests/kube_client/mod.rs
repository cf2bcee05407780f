//! A cluster behind a real socket, and a client of a few lines: raw HTTP, so that nothing hides what is on the wire.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::time::Duration;

use evac_sim::kube::{BackupLocationSeed, Cluster, ClusterConfig, DeploymentSeed, ScheduleSeed};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

pub const START: &str = "2026-11-22T18:02:00Z";
pub const VELERO: &str = "/apis/velero.io/v1/namespaces/velero";

pub struct Server {
    pub cluster: Cluster,
    pub now: Timestamp,
    address: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: Value,
}

pub fn config() -> ClusterConfig {
    let schedule = |name: &str, cron: &str, hours: i64| ScheduleSeed {
        name: name.into(),
        cron: cron.into(),
        ttl: SignedDuration::from_hours(hours),
        included_namespaces: vec!["shop".into()],
        storage_location: "default".into(),
        snapshot_volumes: true,
        default_volumes_to_fs_backup: false,
    };
    ClusterConfig {
        region: "us-west-2".into(),
        seed: 1,
        start: START.parse().unwrap(),
        is_primary: false,
        deployments: vec![DeploymentSeed {
            name: "web".into(),
            namespace: "shop".into(),
            replicas: 4,
            cpu_millis: 1000,
            memory_mib: 512,
            volume_gib: 10,
        }],
        autoscalers: Vec::new(),
        applications: Vec::new(),
        nodes: 3,
        schedules: vec![schedule("often", "*/5 * * * *", 168), schedule("daily", "0 2 * * *", 720)],
        backup_locations: vec![BackupLocationSeed {
            name: "default".into(),
            bucket: "backups".into(),
            prefix: "west".into(),
            region: "us-west-2".into(),
            default: true,
        }],
        history: SignedDuration::from_hours(48),
    }
}

impl Server {
    pub async fn start() -> Server {
        Server::with(config()).await
    }

    pub async fn with(config: ClusterConfig) -> Server {
        let now = config.start;
        let cluster = Cluster::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = cluster.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Server { cluster, now, address }
    }

    /// Moves virtual time.
    pub fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.cluster.advance(self.now);
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, "", "").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, "application/json", &body.to_string()).await
    }

    pub async fn merge(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, "application/merge-patch+json", &body.to_string()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, "", "").await
    }

    pub async fn call(&self, method: &str, path: &str, content_type: &str, body: &str) -> Answer {
        self.call_accepting(method, path, content_type, body, "application/json").await
    }

    pub async fn call_accepting(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &str,
        accept: &str,
    ) -> Answer {
        let mut reader = self.send(method, path, content_type, body, accept).await;
        let (status, headers) = read_head(&mut reader).await;
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }

    pub async fn watch(&self, path: &str) -> Watch {
        let mut reader = self.send("GET", path, "", "", "application/json").await;
        let (status, headers) = read_head(&mut reader).await;
        assert_eq!(status, 200, "{headers}");
        Watch { reader }
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &str,
        accept: &str,
    ) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: cluster\r\naccept: {accept}\r\ncontent-type: {content_type}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
        BufReader::new(stream)
    }
}

async fn read_head(reader: &mut BufReader<TcpStream>) -> (u16, String) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).await.unwrap() > 0, "the connection ended in the head: {head}");
    }
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_lowercase())
}

/// A running watch.
pub struct Watch {
    reader: BufReader<TcpStream>,
}

impl Watch {
    /// The next event, or nothing when the server ended the watch.
    pub async fn next(&mut self) -> Option<Value> {
        let read = async {
            loop {
                let mut line = String::new();
                if self.reader.read_line(&mut line).await.unwrap() == 0 {
                    return None;
                }
                // Chunk sizes and the ends of chunks stand between the events.
                if line.starts_with('{') {
                    return Some(serde_json::from_str(&line).unwrap());
                }
                if line == "0\r\n" {
                    return None;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), read).await.expect("an event or the end within 30 s")
    }

    /// The next event as its type and the name of its object.
    pub async fn next_name(&mut self) -> (String, String) {
        let event = self.next().await.expect("the watch goes on");
        (string(&event, "/type"), string(&event, "/object/metadata/name"))
    }
}

pub fn string(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub fn names(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| string(item, "/metadata/name")).collect()
}
