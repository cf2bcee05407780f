//! Whether a plan may be carried out, and the token without which it cannot be.
//!
//! [`judge`] looks at a plan beside the world and tells everything that stands against it at once, each with a stable
//! code. [`consent`] mints a [`Consent`] when nothing does, or when the operator has overridden by name what can be
//! overridden. A `Consent` is the only key to a call that changes something.

mod code;
mod consent;
mod lint;
mod note;
mod overriding;
mod situation;

pub use code::{GuardCode, GuardRow};
pub use consent::{Consent, ConsentRecord, ConsentRequest, Refusal, consent, renew};
pub use lint::lint;
pub use note::{Note, NoteSeverity, judge};
pub use overriding::Override;
pub use situation::{LeaseView, Situation, unreachable_regions};
