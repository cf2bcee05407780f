//! Whether a plan may be carried out, and the token without which it cannot be.
//!
//! [`judge`] looks at a plan beside the world and tells everything that stands against it at once, each with a stable
//! code. [`consent`] mints a [`Consent`] when nothing does, or when the operator has overridden by name what can be
//! overridden. A `Consent` is the only key to a call that changes something.

mod authority;
mod backup;
mod case;
mod code;
mod consent;
mod evidence;
mod infrastructure;
mod lint;
mod losses;
mod note;
mod overriding;
mod row;
mod situation;
mod target;
mod traffic;
mod writer;

pub use code::GuardCode;
pub use consent::{Consent, ConsentRecord, ConsentRequest, Refusal, consent, judge_beside, renew};
pub use note::{Note, NoteSeverity, judge};
pub use overriding::Override;
pub use row::GuardRow;
pub use situation::{LeaseView, Situation, unreachable_regions};
