//! What a key means where it is pressed: text in a prompt, an action everywhere else.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{
    keymap::Keymap,
    message::{Edit, Message},
    model::{Model, Overlay},
};

/// What an event says to the model; `None` when it says nothing.
pub(super) fn message(event: Event, model: &Model, keymap: &mut Keymap) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => {
            let typing = matches!(model.overlay, Some(Overlay::Palette { .. } | Overlay::Form(_)));
            if let Some(edit) = edit(&key).filter(|_| typing) {
                keymap.reset();
                return Some(Message::Edit(edit));
            }
            keymap.dispatch(&key).map(Message::Act)
        }
        Event::Paste(text) => Some(Message::Paste(text)),
        _ => None,
    }
}

/// What a key does to a line of text, by the habits of a shell.
fn edit(key: &KeyEvent) -> Option<Edit> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let other = key.modifiers.intersects(!(KeyModifiers::SHIFT | KeyModifiers::CONTROL));
    match key.code {
        _ if other => None,
        KeyCode::Char(character) if !control => Some(Edit::Insert(character)),
        KeyCode::Char('w') => Some(Edit::EraseWord),
        KeyCode::Char('u') => Some(Edit::EraseAll),
        KeyCode::Backspace | KeyCode::Char('h') => Some(Edit::Erase),
        _ => None,
    }
}
