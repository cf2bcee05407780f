//! The one way from a question, through SDK calls, to an answer: the deadline, the source's clock and the failure
//! are seen to here, and a source has only to ask and to convert.

use std::{collections::HashSet, future::Future, hash::Hash, sync::Arc, time::Duration};

use evac_core::{Reading, SourceError, SourceErrorKind, SourceId, observation::Sampled, stack::scale};
use evac_engine::{Answer, Call, Clock, Port};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use crate::{
    error::malformed,
    field::MAX_ITEMS,
    source_clock::{DateReader, Dates, ServiceClock},
};

/// The most pages read of one answer.
const MAX_PAGES: usize = 50;

/// What a port asks.
pub(crate) trait Question: Send + Sync + 'static {
    /// The calls that it makes.
    fn calls(&self) -> Vec<Call>;

    /// Asks once. Every call carries [`Asking::dates`], or its clock stays unknown.
    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>>;
}

/// What a source said, and when it was true where that is not the moment of the answer.
#[derive(Debug)]
pub(crate) struct Said {
    reading: Reading,
    at: Option<Timestamp>,
}

impl Said {
    /// A reading that was true earlier, by the source's clock.
    pub(crate) fn earlier(reading: Reading, at: Timestamp) -> Self {
        Self { reading, at: Some(at) }
    }
}

impl From<Reading> for Said {
    fn from(reading: Reading) -> Self {
        Self { reading, at: None }
    }
}

/// A question under way.
pub(crate) struct Asking {
    clock: Arc<ServiceClock>,
    dates: Dates,
    here: Arc<dyn Clock>,
}

impl Asking {
    /// A question to a service. What its answers show of the time is noted in `dates`.
    pub(crate) fn new(clock: Arc<ServiceClock>, dates: Dates, here: Arc<dyn Clock>) -> Self {
        Self { clock, dates, here }
    }

    /// What has to be put on every call, so that the `Date` of its answers is seen.
    pub(crate) fn dates(&self) -> DateReader {
        self.dates_of(&self.clock)
    }

    /// The same for a call to another service or region than the port's own: its clock is learnt, but is not the
    /// clock that this answer is judged by.
    pub(crate) fn dates_elsewhere(&self, clock: &Arc<ServiceClock>) -> (DateReader, Dates) {
        let dates = Dates::default();
        (DateReader { clock: clock.clone(), dates: dates.clone(), here: self.here.clone() }, dates)
    }

    /// Judges the answer by the clock of a place that was asked with [`dates_elsewhere`](Self::dates_elsewhere).
    pub(crate) fn believe(&self, place: &Dates) {
        for date in place.span().into_iter().flat_map(|(oldest, newest)| [oldest, newest]) {
            self.dates.see(date);
        }
    }

    fn dates_of(&self, clock: &Arc<ServiceClock>) -> DateReader {
        DateReader { clock: clock.clone(), dates: self.dates.clone(), here: self.here.clone() }
    }

    /// This machine's time.
    pub(crate) fn here(&self) -> Timestamp {
        self.here.now()
    }

    /// The newest `Date` that an answer to this question has carried.
    pub(crate) fn newest_date(&self) -> Option<Timestamp> {
        self.dates.span().map(|(_, newest)| newest)
    }

    /// What time it is at the port's own service, as far as it is known.
    pub(crate) fn now(&self) -> Timestamp {
        Now::of(&self.clock, self.here.now()).at
    }

    /// Asks about a time window that ends now by the source's clock. Where the answer shows that the clock was
    /// mistaken by more than a minute, as it can be before the first answer is known, it is asked once again.
    pub(crate) async fn about_now<T, F>(&self, ask: impl Fn(Now) -> F) -> Result<T, SourceError>
    where
        F: Future<Output = Result<T, SourceError>>,
    {
        let here = self.here.now();
        let believed = Now::of(&self.clock, here);
        let answer = ask(believed).await;
        let mistaken = |date: &Timestamp| date.duration_since(believed.at).abs() > tolerance(believed.rate);
        match self.newest_date().filter(mistaken) {
            Some(date) => ask(Now { at: date, rate: believed.rate }).await,
            _ => answer,
        }
    }
}

/// How far off a believed clock may be: a minute, and in a fast world what passes while a call is under way.
fn tolerance(rate: f64) -> SignedDuration {
    SignedDuration::from_mins(1).max(scale(SignedDuration::from_secs(2), rate))
}

/// The source's now, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    at: Timestamp,
    rate: f64,
}

impl Now {
    /// The now of a service's clock, by this machine's while nothing is known of it.
    pub(crate) fn of(clock: &ServiceClock, here: Timestamp) -> Self {
        Self { at: clock.now(here).unwrap_or(here), rate: clock.rate() }
    }

    /// The moment itself.
    pub(crate) fn at(self) -> Timestamp {
        self.at
    }

    /// The start of a window of this length, on a whole minute, which CloudWatch answers fastest.
    pub(crate) fn window_start(self, length: SignedDuration) -> Timestamp {
        whole_minute(self.at.checked_sub(length).unwrap_or(Timestamp::MIN))
    }

    /// The end of the window: a little after now, so that the newest minute is in it whatever the clocks' rounding.
    pub(crate) fn window_end(self) -> Timestamp {
        let slack = tolerance(self.rate) + SignedDuration::from_mins(1);
        whole_minute(self.at.checked_add(slack).unwrap_or(Timestamp::MAX))
    }
}

fn whole_minute(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second().div_euclid(60) * 60).unwrap_or(time)
}

/// All pages of a list, up to 50 pages or 10,000 items; what is over that is left, with a warning in the log. A
/// service that hands out the same place twice would go on for ever, and is malformed. `ask` returns a page and the
/// place where the next one begins; an empty place is none, for RDS writes it so.
pub(crate) async fn pages<T, P, F>(operation: &str, ask: impl FnMut(Option<P>) -> F) -> Result<Vec<T>, SourceError>
where
    P: Clone + Default + Eq + Hash,
    F: Future<Output = Result<(Vec<T>, Option<P>), SourceError>>,
{
    pages_from(operation, None, ask).await
}

/// All pages of a list from a place on.
pub(crate) async fn pages_from<T, P, F>(
    operation: &str,
    place: Option<P>,
    ask: impl FnMut(Option<P>) -> F,
) -> Result<Vec<T>, SourceError>
where
    P: Clone + Default + Eq + Hash,
    F: Future<Output = Result<(Vec<T>, Option<P>), SourceError>>,
{
    read(operation, place, ask, |pages, items| pages < MAX_PAGES && items < MAX_ITEMS).await.map(|mut items| {
        items.truncate(MAX_ITEMS);
        items
    })
}

/// All pages of a list of which nothing may be missing, however long it is. Whoever asks bounds how long that takes.
pub(crate) async fn whole<T, P, F>(operation: &str, ask: impl FnMut(Option<P>) -> F) -> Result<Vec<T>, SourceError>
where
    P: Clone + Default + Eq + Hash,
    F: Future<Output = Result<(Vec<T>, Option<P>), SourceError>>,
{
    read(operation, None, ask, |_, _| true).await
}

/// The pages of a list for as long as it goes on, given how many pages and items there are so far.
async fn read<T, P, F>(
    operation: &str,
    mut place: Option<P>,
    mut ask: impl FnMut(Option<P>) -> F,
    goes_on: impl Fn(usize, usize) -> bool,
) -> Result<Vec<T>, SourceError>
where
    P: Clone + Default + Eq + Hash,
    F: Future<Output = Result<(Vec<T>, Option<P>), SourceError>>,
{
    let (mut items, mut seen) = (Vec::new(), HashSet::new());
    loop {
        let (page, next) = ask(place.take()).await?;
        items.extend(page);
        let Some(next) = next.filter(|next| *next != P::default()) else { return Ok(items) };
        if !seen.insert(next.clone()) {
            return Err(malformed(operation, "page token", "the same twice"));
        }
        if !goes_on(seen.len(), items.len()) {
            tracing::warn!(operation, read = items.len(), "a list is too long to be read to its end");
            return Ok(items);
        }
        place = Some(next);
    }
}

/// A port: a question, where it is asked, and how long it may take.
pub(crate) struct AwsPort<Q> {
    pub(crate) id: SourceId,
    pub(crate) question: Q,
    pub(crate) clock: Arc<ServiceClock>,
    pub(crate) here: Arc<dyn Clock>,
    pub(crate) deadline: Duration,
}

impl<Q: Question> Port for AwsPort<Q> {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn calls(&self) -> Vec<Call> {
        self.question.calls()
    }

    fn sample(&self) -> BoxFuture<'_, Answer> {
        Box::pin(async {
            let asking = Asking::new(self.clock.clone(), Dates::default(), self.here.clone());
            // The SDK bounds each call; a question of several calls, and the credentials before them, end here.
            let said = tokio::time::timeout(self.deadline, self.question.ask(&asking)).await.unwrap_or_else(|_| {
                let message = format!("{}: no answer within {:?}", self.id.source.word(), self.deadline);
                Err(SourceError::new(SourceErrorKind::Timeout, message))
            });
            let span = asking.dates.span();
            Answer {
                source_clock: span.map(|(_, newest)| newest),
                result: said.map(|Said { reading, at }| {
                    // Of an answer made of several, what the oldest said is the least certain to be still true.
                    let answered = || span.map_or_else(|| self.here.now(), |(oldest, _)| oldest);
                    Sampled { sampled_at: at.unwrap_or_else(answered), reading }
                }),
            }
        })
    }
}

/// A port that cannot ask, and says why.
pub(crate) struct UnreadyPort {
    pub(crate) id: SourceId,
    pub(crate) reason: SourceError,
}

impl Port for UnreadyPort {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn calls(&self) -> Vec<Call> {
        Vec::new()
    }

    fn sample(&self) -> BoxFuture<'_, Answer> {
        let result = Err(self.reason.clone());
        Box::pin(async { Answer { source_clock: None, result } })
    }
}
