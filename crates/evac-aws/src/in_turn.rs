//! Asking several places the same, best first.

use std::{future::Future, time::Duration};

use evac_core::{SourceError, SourceErrorKind};
use futures::{StreamExt, stream::FuturesUnordered};
use tokio::time::sleep;

/// The first answer of places that are asked in order. The next one is asked as soon as the one before has failed, or
/// has been silent for its share of the patience, and the one before may still answer meanwhile. Without any answer it
/// is the first failure.
pub(crate) async fn in_turn<T, F>(places: Vec<F>, patience: Duration) -> Result<T, SourceError>
where
    F: Future<Output = Result<T, SourceError>>,
{
    let share = patience / u32::try_from(places.len() + 1).unwrap_or(u32::MAX);
    let (mut places, mut asked, mut failure) = (places.into_iter().peekable(), FuturesUnordered::new(), None);
    loop {
        asked.extend(places.next());
        let answer = tokio::select! {
            answer = asked.next() => answer,
            () = sleep(share), if places.peek().is_some() => continue,
        };
        match answer {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(error)) => failure = failure.or(Some(error)),
            None => break,
        }
    }
    Err(failure.unwrap_or_else(|| SourceError::new(SourceErrorKind::Setup, "there is nobody to ask")))
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, future::BoxFuture};

    use super::*;

    type Asked = BoxFuture<'static, Result<&'static str, SourceError>>;

    fn fails(words: &'static str) -> Asked {
        async move { Err(SourceError::new(SourceErrorKind::Unreachable, words)) }.boxed()
    }

    fn answers(words: &'static str) -> Asked {
        async move { Ok(words) }.boxed()
    }

    async fn asked(places: Vec<Asked>) -> Result<&'static str, String> {
        in_turn(places, Duration::from_secs(3)).await.map_err(|error| error.message)
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_that_answers_is_believed() {
        assert_eq!(asked(vec![answers("one"), answers("two")]).await, Ok("one"));
        assert_eq!(asked(vec![fails("one"), answers("two")]).await, Ok("two"));
        assert_eq!(asked(vec![std::future::pending().boxed(), answers("two")]).await, Ok("two"));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_slow_is_waited_for_when_the_others_fail() {
        let slow = async {
            sleep(Duration::from_secs(60)).await;
            Ok("slow")
        };
        assert_eq!(asked(vec![slow.boxed(), fails("two"), fails("three")]).await, Ok("slow"));
        assert_eq!(asked(vec![fails("one"), fails("two")]).await, Err("one".to_owned()));
        assert!(asked(Vec::new()).await.is_err());
    }
}
