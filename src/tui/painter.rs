//! Draws frames, and gives out only what changed from one to the next.

use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::{Terminal, backend::Backend, layout::Size};

use super::{model::Model, pen::Pen, terminal::sequence, theme::Look, view};

/// Remembers what the terminal shows.
pub(super) struct Painter {
    /// What the terminal shows; `None` when that is not known, and everything must be painted.
    canvas: Option<Terminal<Pen>>,
}

impl Painter {
    /// A painter who knows nothing of the terminal yet.
    pub(super) fn new() -> Self {
        Self { canvas: None }
    }

    /// Paints everything the next time.
    pub(super) fn forget(&mut self) {
        self.canvas = None;
    }

    /// The bytes that make the terminal show the model; empty when it does already.
    pub(super) fn paint(&mut self, model: &Model, look: &Look, size: Size) -> String {
        let known = self.canvas.take().filter(|canvas| canvas.backend().size() == Ok(size));
        let mut canvas = match known {
            Some(canvas) => canvas,
            None => {
                let mut pen = Pen::new(size);
                let Ok(()) = pen.clear();
                let Ok(canvas) = Terminal::new(pen);
                canvas
            }
        };
        view::draw(&mut canvas.get_frame(), model, look);
        let Ok(()) = canvas.flush();
        canvas.swap_buffers();
        let changes = canvas.backend_mut().take();
        self.canvas = Some(canvas);
        if changes.is_empty() {
            return changes;
        }
        // The terminal shows nothing until the frame is complete, so that nobody sees half of one.
        let mut frame = String::with_capacity(changes.len() + 16);
        sequence(&mut frame, BeginSynchronizedUpdate);
        frame.push_str(&changes);
        sequence(&mut frame, EndSynchronizedUpdate);
        frame
    }
}
