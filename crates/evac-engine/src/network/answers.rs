//! What resolvers answer for the names of a stack: once for a run's check, and again and again as a source.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use evac_core::{
    Reading, Source, SourceError, SourceErrorKind, SourceId, Stack,
    ids::DnsName,
    observation::Sampled,
    plan::Answer as Expected,
    reading::{AnswersReading, ResolverAnswer},
};
use futures::{FutureExt, future::BoxFuture, future::join_all};

use super::dns::{Resolved, resolve, system_resolvers};
use crate::{Answer, Call, Clock, Look, Port, Sight};

/// The resolvers that are named, or those of this machine.
fn places(resolvers: &[String]) -> Vec<SocketAddr> {
    if resolvers.is_empty() {
        system_resolvers()
    } else {
        resolvers.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

/// How many resolvers must have answered, where so many are asked: what one says may be what it kept for long.
const SEVERAL: usize = 2;

/// Looks once at all resolvers. It holds when several answer, and each of them with a wanted value and no unwanted one; a
/// resolver that is silent proves nothing, and does not stand in the way of those that answer.
pub(super) async fn look(resolvers: &[String], expected: &[Expected], patience: Duration) -> Look {
    let mut asked = Vec::new();
    let mut asking = Vec::new();
    let places = places(resolvers);
    for place in places.iter().copied() {
        for answer in expected {
            asked.push((place, answer));
            asking.push(resolve(place, &answer.name, &answer.kind, patience));
        }
    }
    let said = join_all(asking).await;
    let (mut good, mut wrong, mut silent) = (0_usize, Vec::new(), Vec::new());
    let mut answered = BTreeSet::new();
    for ((place, answer), said) in asked.into_iter().zip(said) {
        if said.is_ok() {
            answered.insert(place);
        }
        match said {
            Ok(resolved) if fits(&resolved, answer) => good += 1,
            Ok(resolved) => wrong.push(told(place, &answer.name, &resolved)),
            Err(why) => silent.push(format!("{place}: {why}")),
        }
    }
    let sight = match (good, wrong.is_empty()) {
        (0, true) => {
            let why = if silent.is_empty() { "there is no resolver to ask".to_owned() } else { silent.join("; ") };
            Err(SourceError::new(SourceErrorKind::Unreachable, why))
        }
        (_, true) if answered.len() < SEVERAL.min(places.len()) => {
            let on = format!("a second resolver, for 1 of {} answers; {}", places.len(), silent.join("; "));
            Ok(Sight::Underway { on })
        }
        (_, true) => {
            let silence = if silent.is_empty() { String::new() } else { format!(", {} silent", silent.len()) };
            Ok(Sight::Met { evidence: format!("{good} answers as wanted{silence}") })
        }
        (_, false) => Ok(Sight::Underway { on: wrong.join("; ") }),
    };
    Look { source_clock: None, sight }
}

fn fits(resolved: &Resolved, expected: &Expected) -> bool {
    !resolved.values.is_disjoint(&expected.wanted) && resolved.values.is_disjoint(&expected.unwanted)
}

/// In words that stand still while the answer's time runs down: each new wording is a record of the journal.
fn told(place: SocketAddr, name: &DnsName, resolved: &Resolved) -> String {
    let values = resolved.values.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let values = if values.is_empty() { "nothing" } else { &values };
    format!("{place} still answers {values} for {name}")
}

/// The source of what resolvers answer for the stack's names.
pub struct AnswersPort {
    id: SourceId,
    resolvers: Vec<String>,
    names: Vec<DnsName>,
    clock: Arc<dyn Clock>,
    patience: Duration,
}

impl AnswersPort {
    /// The port of a stack that names resolvers, if it does.
    pub fn of(stack: &Stack, clock: &Arc<dyn Clock>) -> Option<Arc<dyn Port>> {
        let region = stack.control_plane_region()?;
        if !Source::of(stack, region).contains(&Source::Answers) {
            return None;
        }
        let traffic = stack.traffic.as_ref()?;
        let mut names: Vec<_> = traffic.records.iter().map(|record| record.name.clone()).collect();
        names.sort();
        names.dedup();
        Some(Arc::new(Self {
            id: SourceId { source: Source::Answers, region: region.clone() },
            resolvers: traffic.resolvers_beside(|_| false),
            names,
            clock: clock.clone(),
            patience: stack.polling.timeout.unsigned() / 2,
        }))
    }

    async fn ask(&self) -> Answer {
        let mut asking = Vec::new();
        for resolver in &self.resolvers {
            for name in &self.names {
                asking.push(self.ask_one(resolver, name));
            }
        }
        let answers = join_all(asking).await;
        let result = if answers.iter().all(|answer| answer.values.is_err()) {
            let why = answers.first().and_then(|answer| answer.values.clone().err()).unwrap_or_default();
            Err(SourceError::new(SourceErrorKind::Unreachable, format!("no resolver answers: {why}")))
        } else {
            // DNS shows no clock: this machine's is all there is.
            Ok(Sampled { sampled_at: self.clock.now(), reading: Reading::Answers(AnswersReading { answers }) })
        };
        Answer { source_clock: None, result }
    }
}

impl AnswersPort {
    async fn ask_one(&self, resolver: &str, name: &DnsName) -> ResolverAnswer {
        let said = match resolver.parse() {
            Ok(place) => resolve(place, name, "A", self.patience).await,
            Err(_) => Err("it is no address and port".to_owned()),
        };
        let ttl = said.as_ref().ok().and_then(|resolved| resolved.ttl);
        let values = said.map(|resolved| resolved.values);
        ResolverAnswer { resolver: resolver.to_owned(), name: name.clone(), values, ttl }
    }
}

impl Port for AnswersPort {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn calls(&self) -> Vec<Call> {
        #[allow(clippy::cast_precision_loss, reason = "a handful of questions")]
        let questions = (self.resolvers.len() * self.names.len()) as f64;
        vec![Call { operation: "dns:A", per_sample: questions, usd: 0.0 }]
    }

    fn sample(&self) -> BoxFuture<'_, Answer> {
        self.ask().boxed()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use hickory_proto::{
        op::{Message, MessageType},
        rr::{RData, Record, rdata::A},
    };
    use tokio::net::UdpSocket;

    use super::*;

    /// A resolver that answers with an address, or is silent.
    async fn resolver(address: Option<[u8; 4]>) -> String {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let place = socket.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let mut buffer = [0; 512];
            loop {
                let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
                let mut message = Message::from_vec(&buffer[..length]).unwrap();
                let Some(address) = address else { continue };
                let name = message.queries[0].name().clone();
                message.metadata.message_type = MessageType::Response;
                message.add_answer(Record::from_rdata(name, 5, RData::A(A(address.into()))));
                socket.send_to(&message.to_vec().unwrap(), from).await.unwrap();
            }
        });
        place
    }

    const GOOD: Option<[u8; 4]> = Some([192, 0, 2, 2]);
    const OLD: Option<[u8; 4]> = Some([192, 0, 2, 1]);

    async fn seen(resolvers: &[Option<[u8; 4]>]) -> Result<Sight, SourceError> {
        let mut places = Vec::new();
        for address in resolvers {
            places.push(resolver(*address).await);
        }
        let set = |value: &str| [value.to_owned()].into();
        let expected = Expected {
            name: "api.akidb.example".parse().unwrap(),
            kind: "A".to_owned(),
            wanted: set("192.0.2.2"),
            unwanted: set("192.0.2.1"),
        };
        look(&places, &[expected], Duration::from_millis(300)).await.sight
    }

    #[tokio::test]
    async fn several_resolvers_must_answer_and_all_that_do_as_wanted() {
        let met = |sight| matches!(sight, Ok(Sight::Met { .. }));
        assert!(met(seen(&[GOOD, GOOD, GOOD]).await));
        assert!(met(seen(&[GOOD, None, GOOD]).await), "one that is silent stands in nobody's way");
        assert!(met(seen(&[GOOD]).await), "where there is but one, it counts");
        let Ok(Sight::Underway { on }) = seen(&[GOOD, OLD, GOOD]).await else {
            unreachable!("one kept the old answer")
        };
        assert!(on.contains("still answers 192.0.2.1 for api.akidb.example"), "{on}");
        let Ok(Sight::Underway { on }) = seen(&[None, GOOD, None]).await else {
            unreachable!("one alone may be wrong")
        };
        assert!(on.starts_with("a second resolver, for 1 of 3 answers; "), "{on}");
        let error = seen(&[None, None]).await.unwrap_err();
        assert_eq!(error.kind, SourceErrorKind::Unreachable);
    }
}
