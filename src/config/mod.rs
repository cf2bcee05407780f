//! The program's own settings, and how files that people write are read and faulted. What is watched is not here:
//! that is the stack file, of [`evac_core::stack`].

pub mod file;
mod layer;
mod load;
mod places;
pub mod report;
mod settings;

pub use layer::Layer;
pub use load::{Origin, SettingsLayers, Surroundings};
pub use places::{Places, StackPlaces};
pub use settings::{ColourChoice, LogLevel, Settings};
