//! What the screen asks the outside to do.

use evac_core::RegionId;

/// Something to be done outside of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask the sources of a region now, or all of them.
    Poll(Option<RegionId>),
    /// Put a text on the clipboard.
    Copy(String),
    /// Draw with this theme from now on.
    UseTheme(String),
    /// Set off this scenario.
    Trigger(String),
    /// Paint the whole screen again.
    Repaint,
    /// Go to the background.
    Suspend,
}
