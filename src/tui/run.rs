//! The loop: takes in what happens, updates the model, and paints once.

use std::{future::poll_fn, path::PathBuf, sync::Arc, task::Poll, time::Duration};

use anyhow::Context;
use crossterm::event::{Event, EventStream};
use evac_engine::Clock;
use futures::StreamExt;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, Interval, interval, sleep_until},
};

use super::{
    Exit, Options, Session,
    action::Action,
    assessor::Assessor,
    effect::Effect,
    hands::Hands,
    input,
    keymap::Keymap,
    message::{Message, World},
    model::{Model, Screen},
    outside::Outside,
    signals::{Asked, Signals},
    terminal::Guard,
    theme::{Glyphs, Level},
    theme_files::{self, Loaded},
    tty,
    update::update,
    window::Window,
};

/// How many events are taken in before a frame is painted, at most: a flood of them must not freeze the picture.
const EVENTS_A_FRAME: usize = 256;

/// From frame to frame on a terminal of this machine, and over SSH.
const FRAME: Duration = Duration::from_millis(50);
const SLOW_FRAME: Duration = Duration::from_millis(200);

/// How often it is checked that the terminal is still there.
const PULSE: Duration = Duration::from_secs(1);

/// Everything that the loop holds.
struct Loop {
    model: Model,
    keymap: Keymap,
    window: Window,
    outside: Outside,
    acting: Hands,
    clock: Arc<dyn Clock>,
    guard: Guard,
    signals: Signals,
    /// `None` while the program is stopped: crossterm's thread must not read what the shell is typed then.
    events: Option<EventStream>,
    messages: mpsc::UnboundedReceiver<Message>,
    themes: mpsc::UnboundedReceiver<Loaded>,
    worlds: watch::Receiver<Option<World>>,
    pulse: Interval,
}

/// Shows the screen until it ends.
pub(super) async fn run(session: Session) -> anyhow::Result<Exit> {
    let Session { stack, engine, clock, options, scenarios, acting } = session;
    // NO_COLOR is the theme's business. Left to crossterm, it would take bold and reverse away as well.
    crossterm::style::force_color_output(true);
    let keymap = Keymap::new(&options.keys).context("the keys of the settings")?;
    let (themes, problem) = theme_files::load(options.themes_directory.as_deref());
    let theme = chosen_theme(&options, &themes)?;
    let slow = options.slow || ["SSH_CONNECTION", "SSH_TTY"].iter().any(|name| std::env::var_os(name).is_some());
    let frame = if slow { SLOW_FRAME } else { FRAME };
    let glyphs = if options.ascii { Glyphs::Ascii } else { Glyphs::Unicode };

    let mut model = Model::new(stack.clone(), clock.now());
    model.keys = Arc::new(keymap.labels());
    model.desk.acts = acting.is_some();
    if options.arm {
        update(&mut model, Message::Act(Action::Arm));
    }
    // Who comes back finds the run that was left.
    let first = if acting.is_some() { vec![Effect::ListRuns] } else { Vec::new() };
    model.scenarios = scenarios.as_ref().map(|scenarios| scenarios.scenarios()).unwrap_or_default();
    model.notice = problem;
    model.screen = if options.wallboard { Screen::Wallboard } else { Screen::Overview };
    model.theme.clone_from(&theme);

    let signals = Signals::listen().context("the signals of the terminal")?;
    let guard = Guard::enter(options.log.clone())?;
    let mut window = Window::open(themes, theme, level(&options), glyphs, frame)?;
    model.themes = window.theme_names();
    // The first picture is on the screen before anything is waited for.
    window.paint(&model);

    let (send, messages) = mpsc::unbounded_channel();
    let themes = watch_themes(options.themes_directory);
    let worlds = watch_world(Assessor {
        snapshots: engine.snapshots(),
        histories: engine.histories(),
        stack: stack.clone(),
        clock: clock.clone(),
        gap: frame,
    });
    let acting = Hands::new(acting, send.clone());
    let outside = Outside { stack, engine, scenarios, messages: send };
    let (events, pulse) = (Some(EventStream::new()), interval(PULSE));
    let mut held =
        Loop { model, keymap, window, outside, acting, clock, guard, signals, events, messages, themes, worlds, pulse };
    held.perform(first).await?;
    held.run().await
}

/// The theme of the options, which must exist; else the one that is read best at this level.
fn chosen_theme(options: &Options, themes: &super::theme::Themes) -> anyhow::Result<String> {
    let Some(name) = &options.theme else { return Ok(super::theme::DEFAULT_THEME.to_owned()) };
    if themes.get(name).is_none() {
        let names: Vec<_> = themes.all().map(|theme| theme.name.as_str()).collect();
        anyhow::bail!("there is no theme {name:?}; there are {}", names.join(", "));
    }
    Ok(name.clone())
}

fn level(options: &Options) -> Level {
    options.level.unwrap_or_else(|| Level::from_support(supports_color::on(supports_color::Stream::Stdout)))
}

fn watch_themes(directory: Option<PathBuf>) -> mpsc::UnboundedReceiver<Loaded> {
    let (send, themes) = mpsc::unbounded_channel();
    if let Some(directory) = directory {
        tokio::spawn(theme_files::watch(directory, send));
    }
    themes
}

fn watch_world(assessor: Assessor) -> watch::Receiver<Option<World>> {
    let (send, worlds) = watch::channel(None);
    tokio::spawn(assessor.run(send));
    worlds
}

impl Loop {
    async fn run(&mut self) -> anyhow::Result<Exit> {
        loop {
            if let Some(exit) = self.turn().await? {
                return Ok(exit);
            }
            if self.model.quitting {
                return Ok(Exit::Quit);
            }
            self.window.paint_if_due(&self.model);
        }
    }

    /// Waits for one thing to happen, and takes in all that has happened with it.
    async fn turn(&mut self) -> anyhow::Result<Option<Exit>> {
        let due = self.window.due();
        let events = self.events.as_mut();
        tokio::select! {
            biased;
            asked = self.signals.next() => return self.asked(asked).await,
            written = self.window.written() => {
                if let Err(error) = written {
                    return Ok(Some(hung_up(&error.to_string())));
                }
            }
            event = next_event(events) => match event {
                Some(Ok(event)) => self.events(event).await?,
                Some(Err(error)) => return Ok(Some(hung_up(&error.to_string()))),
                None => return Ok(Some(hung_up("no more events"))),
            },
            Some(message) = self.messages.recv() => self.update(message).await?,
            Some((themes, problem)) = self.themes.recv() => {
                self.window.use_themes(themes);
                self.update(Message::Themes(self.window.theme_names())).await?;
                if let Some(problem) = problem {
                    self.update(Message::Notice(problem)).await?;
                }
            }
            Ok(()) = self.worlds.changed() => {
                let world = self.worlds.borrow_and_update().clone();
                if let Some(world) = world {
                    self.tell_time();
                    let effects = update(&mut self.model, Message::World(world));
                    self.perform(effects).await?;
                    self.window.soil(false);
                }
            }
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            _ = self.pulse.tick() => {
                if tty::is_gone() {
                    return Ok(Some(hung_up("nobody is there")));
                }
            }
        }
        Ok(None)
    }

    /// After a stop the clock of the picture is far behind, and after a sleep it does not even show it: what was armed is
    /// not any more.
    fn tell_time(&mut self) {
        let (now, set) = (self.clock.now(), self.clock.set_time());
        update(&mut self.model, Message::Now { now, set });
    }

    /// Takes in an event, and those that came with it.
    async fn events(&mut self, first: Event) -> anyhow::Result<()> {
        self.tell_time();
        let mut next = Some(first);
        for _ in 0..EVENTS_A_FRAME {
            let Some(event) = next else { return Ok(()) };
            // A terminal that became smaller and large again has lost what it showed, though its size is the same.
            if matches!(event, Event::Resize(..)) {
                self.window.forget();
            }
            if let Some(message) = input::message(event, &self.model, &mut self.keymap) {
                self.update(message).await?;
            }
            next = ready_event(self.events.as_mut()).await;
        }
        Ok(())
    }

    async fn update(&mut self, message: Message) -> anyhow::Result<()> {
        let effects = update(&mut self.model, message);
        self.window.soil(true);
        self.perform(effects).await
    }

    async fn perform(&mut self, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            match effect {
                Effect::Repaint => self.window.forget(),
                Effect::UseTheme(name) => self.window.use_theme(name),
                Effect::Copy(text) => self.model.notice = Some(self.window.copy(&text)),
                Effect::Suspend if tty::has_shell() => self.stop(true).await?,
                Effect::Suspend => self.model.notice = Some("there is no shell to go back to".to_owned()),
                Effect::Poll(region) => self.outside.poll(region.as_ref()),
                Effect::Trigger(name) => self.outside.trigger(name),
                other => self.acting.perform(other),
            }
        }
        Ok(())
    }

    async fn asked(&mut self, asked: Asked) -> anyhow::Result<Option<Exit>> {
        match asked {
            Asked::End(number) => return Ok(Some(Exit::Signal(number))),
            Asked::Stop => self.stop(false).await?,
            // Who cannot have the terminal back has none any more.
            Asked::GoOn => return Ok(self.go_on().err().map(|error| hung_up(&error.to_string()))),
        }
        Ok(None)
    }

    /// Gives the terminal back and stops the process; on the way back the signal to go on takes it again.
    async fn stop(&mut self, group: bool) -> anyhow::Result<()> {
        self.events = None;
        self.guard.give_back();
        tty::stop(group).context("stopping")
    }

    /// Takes the terminal as if for the first time: whoever had it meanwhile may have left it in any state.
    fn go_on(&mut self) -> std::io::Result<()> {
        // The old stream first: crossterm's thread holds its lock while it waits for a key, and a new stream would wait
        // for that lock.
        self.events = None;
        self.guard.retake()?;
        self.events = Some(EventStream::new());
        self.window.forget();
        Ok(())
    }
}

async fn next_event(events: Option<&mut EventStream>) -> Option<std::io::Result<Event>> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}

/// The next event that is there already. What goes wrong with the stream comes again when it is waited for.
///
/// The stream is polled with the waker of this task: crossterm keeps the first waker that it sees until the next
/// event, so that a poll with another, as `now_or_never` does, would leave the loop asleep when a key comes.
async fn ready_event(events: Option<&mut EventStream>) -> Option<Event> {
    let events = events?;
    let ready = poll_fn(|context| match events.poll_next_unpin(context) {
        Poll::Ready(next) => Poll::Ready(next),
        Poll::Pending => Poll::Ready(None),
    });
    ready.await?.ok()
}

/// The terminal is gone. The loop ends, and with it the event stream, which would spin on a dead terminal.
fn hung_up(why: &str) -> Exit {
    tracing::info!(why, "the terminal is gone");
    Exit::Signal(rustix::process::Signal::HUP.as_raw())
}
