//! An API server of a hundred lines: lists, pages, watches, and fails as it is told.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{broadcast, watch},
    task::JoinSet,
};

use super::PATIENCE;

/// The `Date` of every answer.
pub const DATE: &str = "Sun, 22 Nov 2026 10:00:00 GMT";

/// How the server treats a request.
#[derive(Clone, PartialEq)]
pub enum Mode {
    /// As it should.
    Serve,
    /// Takes it and says nothing, on connections that stand already as well.
    Silent,
    /// Answers with this status.
    Refuse(u16),
    /// Answers with this status and body.
    Answer(u16, Value),
    /// Takes it and closes the connection.
    Reset,
    /// Answers with this status, and closes the connection in the middle of the body.
    BreakOff(u16),
}

/// A request as it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub method: String,
    pub target: String,
    pub content_type: String,
    pub body: Value,
}

#[derive(Default)]
struct Content {
    objects: BTreeMap<String, Vec<Value>>,
    modes: Vec<(String, Mode)>,
    /// How many lists and watches were asked for, by plural.
    asked: BTreeMap<String, (usize, usize)>,
    requests: Vec<Asked>,
}

/// What all connections share.
struct Shared {
    content: Mutex<Content>,
    events: broadcast::Sender<(String, String)>,
    changes: watch::Sender<u64>,
}

/// A running server; it stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (events, changes) = (broadcast::channel(64).0, watch::Sender::new(0));
        let shared = Arc::new(Shared { content: Mutex::default(), events, changes });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, shared.clone()));
        Self { address, shared, _tasks: tasks }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a list of a plural holds from now on.
    pub fn hold(&self, plural: &str, objects: Vec<Value>) {
        self.shared.content.lock().unwrap().objects.insert(plural.to_owned(), objects);
    }

    /// The requests that came in since this was last asked.
    pub fn requests(&self) -> Vec<Asked> {
        std::mem::take(&mut self.shared.content.lock().unwrap().requests)
    }

    /// How requests are treated from now on whose method, path and query contain the text.
    pub fn treat(&self, path: &str, mode: Mode) {
        self.shared.content.lock().unwrap().modes.push((path.to_owned(), mode));
        self.shared.changes.send_modify(|change| *change += 1);
    }

    /// Sends an event to every watch of a plural.
    pub fn push(&self, plural: &str, kind: &str, object: Value) {
        let event = json!({ "type": kind, "object": object }).to_string();
        self.shared.events.send((plural.to_owned(), event)).unwrap();
    }

    /// Closes every watch of a plural.
    pub fn close(&self, plural: &str) {
        self.shared.events.send((plural.to_owned(), String::new())).unwrap();
    }

    /// Waits for so many lists and watches of a plural.
    pub async fn asked(&self, plural: &str, lists: usize, watches: usize) {
        let mut changes = self.shared.changes.subscribe();
        let enough = changes.wait_for(|_| {
            let content = self.shared.content.lock().unwrap();
            content.asked.get(plural).is_some_and(|asked| asked.0 >= lists && asked.1 >= watches)
        });
        tokio::time::timeout(PATIENCE, enough).await.expect("it was not asked").unwrap();
    }

    pub fn lists(&self, plural: &str) -> usize {
        self.shared.content.lock().unwrap().asked.get(plural).map_or(0, |asked| asked.0)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        connections.spawn(serve(stream, shared.clone()));
    }
}

impl Shared {
    fn count(&self, plural: &str, watching: bool) {
        let mut content = self.content.lock().unwrap();
        let asked = content.asked.entry(plural.to_owned()).or_default();
        if watching {
            asked.1 += 1
        } else {
            asked.0 += 1
        }
        drop(content);
        self.changes.send_modify(|change| *change += 1);
    }

    fn mode(&self, target: &str) -> Mode {
        let content = self.content.lock().unwrap();
        let mode = content.modes.iter().rev().find(|(path, _)| target.contains(path));
        mode.map_or(Mode::Serve, |(_, mode)| mode.clone())
    }

    async fn silence(&self, target: &str) {
        let mut changes = self.changes.subscribe();
        let _ = changes.wait_for(|_| self.mode(target) == Mode::Silent).await;
        std::future::pending().await
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut buffer = Vec::new();
    while let Some(asked) = next_request(&mut stream, &mut buffer).await {
        let target = asked.target.clone();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let plural = path.rsplit('/').next().unwrap_or_default().to_owned();
        let watching = query.contains("watch=true");
        // The watch begins to listen before anyone can see that it was asked for.
        let events = shared.events.subscribe();
        shared.count(&plural, watching);
        let mode = shared.mode(&format!("{} {target}", asked.method));
        shared.content.lock().unwrap().requests.push(asked);
        let mut missing = 0;
        let answer = match mode {
            Mode::Silent => return std::future::pending().await,
            Mode::Reset => return,
            Mode::Refuse(code) => (code, json!({ "kind": "Status", "code": code, "message": "told to" })),
            Mode::Answer(code, body) => (code, body),
            Mode::BreakOff(code) => {
                missing = 100;
                (code, json!({}))
            }
            Mode::Serve if watching => return stream_events(stream, &shared, &target, &plural, events).await,
            Mode::Serve if plural == "version" => (200, json!({ "gitVersion": "v1.33.4" })),
            Mode::Serve => (200, page(&shared.content.lock().unwrap(), &plural, query)),
        };
        let body = answer.1.to_string();
        let length = body.len() + missing;
        let head = format!("HTTP/1.1 {} Told\r\ndate: {DATE}\r\ncontent-length: {length}\r\n\r\n", answer.0);
        if stream.write_all((head + &body).as_bytes()).await.is_err() || missing > 0 {
            return;
        }
    }
}

async fn next_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Asked> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.drain(..end + 4);
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    let length = header("content-length").parse().unwrap_or(0);
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body: Vec<u8> = buffer.drain(..length).collect();
    let mut words = head.split(' ');
    Some(Asked {
        method: words.next()?.to_owned(),
        target: words.next()?.to_owned(),
        content_type: header("content-type"),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    })
}

fn page(content: &Content, plural: &str, query: &str) -> Value {
    let number = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let all = content.objects.get(plural).map(Vec::as_slice).unwrap_or_default();
    let start = number("continue").unwrap_or(0).min(all.len());
    let end = (start + number("limit").unwrap_or(usize::MAX)).min(all.len());
    let more = (end < all.len()).then(|| end.to_string());
    json!({ "kind": "List", "metadata": { "resourceVersion": "10", "continue": more }, "items": all[start..end] })
}

async fn stream_events(
    mut stream: TcpStream,
    shared: &Shared,
    target: &str,
    plural: &str,
    mut events: broadcast::Receiver<(String, String)>,
) {
    let head = format!("HTTP/1.1 200 OK\r\ndate: {DATE}\r\ntransfer-encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    loop {
        let (of, event) = tokio::select! {
            event = events.recv() => event.unwrap(),
            () = shared.silence(target) => return,
        };
        if of != plural {
            continue;
        }
        if event.is_empty() {
            let _ = stream.write_all(b"0\r\n\r\n").await;
            return;
        }
        let chunk = format!("{:x}\r\n{event}\n\r\n", event.len() + 1);
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            return;
        }
    }
}
