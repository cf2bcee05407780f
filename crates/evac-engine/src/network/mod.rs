//! What a run does and sees over the network by itself, with no cloud's interface between: the business transaction,
//! the regions' public endpoints, and what resolvers answer.

mod act;
mod answers;
mod dns;

use std::{sync::Arc, time::Duration};

use evac_core::{SourceError, SourceErrorKind, Stack, plan::Check, run::Receipt};
use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, Url, header::DATE, redirect::Policy};

pub use act::network_actor;
pub use answers::AnswersPort;

use crate::{Look, Observer, Sight, http_date, install_crypto, probe::is_loopback, root_cause};

/// Sees `Check::Serving` and `Check::Answers`.
pub fn network_observer(stack: &Stack) -> Arc<dyn Observer> {
    Arc::new(Network::of(stack))
}

struct Network {
    patience: Duration,
}

/// What an endpoint answered: its status, and its clock.
type Answered = (u16, Option<Timestamp>);

impl Network {
    fn of(stack: &Stack) -> Self {
        install_crypto();
        Self { patience: stack.polling.timeout.unsigned() }
    }

    /// A client that connects afresh: a connection that is kept alive outlives a dead listener.
    fn client(&self, url: &str) -> Result<(Client, Url), String> {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        let builder = Client::builder().redirect(Policy::none()).pool_max_idle_per_host(0).timeout(self.patience);
        let builder = builder.user_agent(concat!("evac/", env!("CARGO_PKG_VERSION")));
        let builder = if is_loopback(&url) { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| root_cause(&error).to_string())?;
        Ok((client, url))
    }

    async fn send(request: RequestBuilder) -> Result<Answered, reqwest::Error> {
        let response = request.send().await?;
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        Ok((response.status().as_u16(), date.and_then(http_date)))
    }

    async fn serving(&self, url: &str) -> Look {
        let fail = |kind, why: String| Look { source_clock: None, sight: Err(SourceError::new(kind, why)) };
        let (client, url) = match self.client(url) {
            Ok(made) => made,
            Err(why) => return fail(SourceErrorKind::Setup, why),
        };
        match Self::send(client.get(url)).await {
            Ok((status, source_clock)) => {
                let said = format!("HTTP {status}");
                let healthy = (200..400).contains(&status);
                let sight = if healthy { Sight::Met { evidence: said } } else { Sight::Untouched { on: said } };
                Look { source_clock, sight: Ok(sight) }
            }
            Err(error) if error.is_timeout() => fail(SourceErrorKind::Timeout, "no answer in time".to_owned()),
            Err(error) => fail(SourceErrorKind::Unreachable, root_cause(&error).to_string()),
        }
    }
}

impl Observer for Network {
    fn observe<'a>(&'a self, check: &'a Check, _: &'a Receipt) -> BoxFuture<'a, Look> {
        async move {
            match check {
                Check::Serving { url, .. } => self.serving(url).await,
                Check::Answers { resolvers, answers, .. } => answers::look(resolvers, answers, self.patience).await,
                _ => Look {
                    source_clock: None,
                    sight: Err(SourceError::new(SourceErrorKind::Setup, "it cannot be seen over the network alone")),
                },
            }
        }
        .boxed()
    }
}
