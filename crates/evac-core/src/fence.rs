//! What RDS's events say of a writer that was left: whether it is proven to write no more.
//!
//! Events are known by their category and words: their number is not on the wire.

use jiff::Timestamp;

use crate::{RegionId, ids::Arn, reading::DatabaseEvent};

/// What is known of the old writer by events alone, with the event that tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fence {
    /// It is stopped, and nothing later takes that back.
    Proven(String),
    /// To stop it was tried, and nobody knows what came of it.
    TimedOut(String),
    /// The writer moves, or has moved, without a word of the old one.
    Moving(String),
    /// It stays the writer, or has become it again.
    Off(String),
    /// Nothing is told of it.
    Silent,
}

impl Fence {
    /// What the events of some regions say of `old`, which is left for `new`: the newest that tells whether it is
    /// stopped.
    pub fn of<'a>(events: impl IntoIterator<Item = (&'a RegionId, &'a DatabaseEvent)>, old: &Arn, new: &Arn) -> Self {
        let meant =
            events.into_iter().filter_map(|(region, event)| Some((event.at, word(event, old, new)?, region, event)));
        let (moving, decisive): (Vec<_>, Vec<_>) = meant.partition(|(_, word, ..)| *word == Word::Moving);
        // Of the same moment, what proves less is believed.
        let newest = |all: Vec<_>| all.into_iter().max_by_key(|(at, word, ..): &(Timestamp, Word, _, _)| (*at, *word));
        let (moving, decisive) = (newest(moving), newest(decisive));
        let said = |region: &RegionId, event: &DatabaseEvent| format!("{region} at {}: {}", event.at, event.message);
        match (decisive, moving) {
            (Some((_, Word::Stopped, region, event)), _) => Self::Proven(said(region, event)),
            (Some((_, Word::TimedOut, region, event)), _) => Self::TimedOut(said(region, event)),
            (Some((off, _, region, event)), moving) if moving.as_ref().is_none_or(|(at, ..)| *at <= off) => {
                Self::Off(said(region, event))
            }
            (_, Some((_, _, region, event))) => Self::Moving(said(region, event)),
            (_, None) => Self::Silent,
        }
    }
}

/// What an event means for the old writer. The order is that of events of one moment: later ones undo earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Moving,
    Stopped,
    TimedOut,
    Off,
}

fn word(event: &DatabaseEvent, old: &Arn, new: &Arn) -> Option<Word> {
    let message = event.message.to_ascii_lowercase();
    let says = |words: &str| message.contains(words);
    let names = |arn: &Arn| is_named(&message, arn);
    if event.is_about_blocked_writes() {
        let word = if says("succeeded") { Word::Stopped } else { Word::TimedOut };
        return names(old).then_some(word);
    }
    if !event.is_global_failover() {
        return None;
    }
    let ends = says("promoted") || says("completed") || says("finished");
    match () {
        () if says("old primary") && says("shut down") => names(old).then_some(Word::Stopped),
        () if says("failed") || says("cancelled") || says("canceled") => Some(Word::Off),
        () if says("resynchronizing") => names(new).then_some(Word::Moving),
        () if ends && names(old) => Some(Word::Off),
        () if ends || says("started") || says("waiting for data") => names(new).then_some(Word::Moving),
        () => None,
    }
}

/// Whether a text names a cluster, and not one whose name only begins or ends like it, or the one of the same name in
/// another region.
fn is_named(message: &str, arn: &Arn) -> bool {
    let is_word = |name: &str| {
        let mut words = message.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        words.any(|word| word.eq_ignore_ascii_case(name))
    };
    let region = arn.region();
    is_word(arn.resource()) && (!message.contains("in region") || region.is_some_and(|region| is_word(region.as_str())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::reading::GLOBAL_FAILOVER;

    fn arn(region: &str) -> Arn {
        format!("arn:aws:rds:{region}:123456789012:cluster:akidb").parse().unwrap()
    }

    fn event(second: i64, message: &str) -> DatabaseEvent {
        let category = if message.contains("block") { "notification" } else { GLOBAL_FAILOVER };
        DatabaseEvent {
            at: Timestamp::from_second(second).unwrap(),
            subject: "akidb".to_owned(),
            categories: vec![category.to_owned()],
            message: message.to_owned(),
        }
    }

    fn judged(events: &[(i64, &str)]) -> &'static str {
        let (region, events) =
            ("us-west-2".parse().unwrap(), events.iter().map(|(at, text)| event(*at, text)).collect::<Vec<_>>());
        match Fence::of(events.iter().map(|event| (&region, event)), &arn("us-east-1"), &arn("us-west-2")) {
            Fence::Proven(_) => "proven",
            Fence::TimedOut(_) => "timed out",
            Fence::Moving(_) => "moving",
            Fence::Off(_) => "off",
            Fence::Silent => "silent",
        }
    }

    const BLOCKED: &str = "Attempt to block writes for DB cluster akidb in Region us-east-1 succeeded.";
    const TIMED_OUT: &str = "Attempt to block writes for DB cluster akidb in Region us-east-1 timed out.";
    const SHUT: &str = "Old primary DB cluster akidb in Region us-east-1 successfully shut down.";
    const FAILED: &str = "Global failover to DB cluster akidb in Region us-west-2 failed.";
    const STARTED: &str = "Global switchover to DB cluster akidb in Region us-west-2 started.";
    const COMPLETED: &str = "Global failover to DB cluster akidb in Region us-west-2 completed.";
    const BACK: &str = "Global switchover to DB cluster akidb in Region us-east-1 finished.";
    const RESYNC: &str =
        "Started resynchronizing members of DB cluster akidb in Region us-west-2 after global failover.";

    #[test]
    fn only_what_says_that_writes_are_stopped_is_proof() {
        assert_eq!(judged(&[]), "silent");
        assert_eq!(judged(&[(1, BLOCKED)]), "proven");
        assert_eq!(judged(&[(1, STARTED), (2, SHUT)]), "proven");
        assert_eq!(judged(&[(1, BLOCKED), (3, COMPLETED), (4, RESYNC)]), "proven");
        assert_eq!(judged(&[(1, TIMED_OUT)]), "timed out");
        assert_eq!(judged(&[(3, COMPLETED), (4, RESYNC)]), "moving");
        assert_eq!(judged(&[(1, TIMED_OUT), (120, BLOCKED)]), "proven");
        let other = BLOCKED.replace("us-east-1", "us-west-2");
        assert_eq!(judged(&[(1, &other)]), "silent", "it is the one of the same name in another region");
        let longer = BLOCKED.replace("akidb", "akidb-2");
        assert_eq!(judged(&[(1, &longer)]), "silent");
    }

    #[test]
    fn a_failover_that_failed_opens_the_old_writer_again() {
        assert_eq!(judged(&[(1, BLOCKED), (5, FAILED)]), "off");
        assert_eq!(judged(&[(5, BLOCKED), (5, FAILED)]), "off");
        assert_eq!(judged(&[(1, BLOCKED), (5, FAILED), (9, BLOCKED)]), "proven");
        assert_eq!(judged(&[(1, SHUT), (5, FAILED), (9, STARTED)]), "moving");
        assert_eq!(judged(&[(1, BLOCKED), (3, COMPLETED), (9, BACK)]), "off");
    }
}
