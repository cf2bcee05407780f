//! What resolvers answer for the names of a stack: once for a run's check, and again and again as a source.

use std::{net::SocketAddr, sync::Arc, time::Duration};

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

/// Looks once at all resolvers. It holds when each that answers gives a wanted value and no unwanted one; a resolver
/// that is silent proves nothing, and does not stand in the way of those that answer.
pub(super) async fn look(resolvers: &[String], expected: &[Expected], patience: Duration) -> Look {
    let mut asked = Vec::new();
    let mut asking = Vec::new();
    for place in places(resolvers) {
        for answer in expected {
            asked.push((place, answer));
            asking.push(resolve(place, &answer.name, &answer.kind, patience));
        }
    }
    let said = join_all(asking).await;
    let (mut good, mut wrong, mut silent) = (0_usize, Vec::new(), Vec::new());
    for ((place, answer), said) in asked.into_iter().zip(said) {
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
