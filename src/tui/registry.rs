//! The entry of each action.

use super::action::{
    Action, Entry,
    Group::{self, Act, Do, Move, Program, Screens},
};

type Keys = &'static [&'static str];

/// An entry that hurts nothing. Those that do say so one by one.
const fn entry(group: Group, id: &'static str, keys: Keys, hint: &'static str, line: &'static str) -> Entry {
    Entry { id, keys, hint, line, help: "", verb: None, danger: false, group }
}

/// An entry of a verb: it makes a plan to be read, and nothing else.
const fn verb(id: &'static str, keys: Keys, hint: &'static str, line: &'static str, verb: &'static str) -> Entry {
    Entry { verb: Some(verb), ..entry(Act, id, keys, hint, line) }
}

/// An entry after which something real is changed. Each asks for words to be typed before.
const fn danger(id: &'static str, keys: Keys, hint: &'static str, line: &'static str) -> Entry {
    Entry { danger: true, ..entry(Act, id, keys, hint, line) }
}

impl Action {
    /// Everything that is known of it.
    pub const fn entry(self) -> Entry {
        match self {
            Self::NextRegion => entry(Move, "next-region", &["Right", "l", "Tab"], "region", "To the next region"),
            Self::PreviousRegion => {
                entry(Move, "previous-region", &["Left", "h", "Shift+Tab"], "region", "To the region before")
            }
            Self::Down => entry(Move, "down", &["Down", "j"], "move", "One row down"),
            Self::Up => entry(Move, "up", &["Up", "k"], "move", "One row up"),
            Self::PageDown => entry(Move, "page-down", &["PageDown"], "page", "A page down"),
            Self::PageUp => entry(Move, "page-up", &["PageUp"], "page", "A page up"),
            Self::First => entry(Move, "first", &["Home", "g"], "first", "To the first row"),
            Self::Last => entry(Move, "last", &["End", "G"], "last", "To the last row"),
            Self::Open => Entry {
                help: "On the overview: the chosen region. On a finding or a source: the region that it is about. On a run of \
                       the list: that run. On the plan and on a run: the row in full.",
                ..entry(Move, "open", &["Enter"], "open", "Open what is chosen")
            },
            Self::Back => entry(Move, "back", &["Esc", "Backspace"], "back", "Close what lies on top, or go back"),
            Self::Overview => Entry {
                verb: Some("evac status"),
                ..entry(Screens, "overview", &["1"], "overview", "All regions side by side")
            },
            Self::Region => entry(Screens, "region", &["2"], "region", "The chosen region in full"),
            Self::Findings => Entry {
                verb: Some("evac status"),
                ..entry(Screens, "findings", &["3"], "findings", "What is wrong, worst first")
            },
            Self::Sources => Entry {
                verb: Some("evac doctor"),
                ..entry(Screens, "sources", &["4"], "sources", "Who is asked, and how old the answers are")
            },
            Self::Wallboard => entry(Screens, "wallboard", &["5"], "wall", "The verdicts in big words, for a wall"),
            Self::Plan => entry(Screens, "plan", &["6"], "plan", "The plan: its steps, and what stands against it"),
            Self::Run => entry(Screens, "run", &["7"], "run", "The run that is followed, live"),
            Self::Runs => Entry {
                verb: Some("evac runs"),
                ..entry(Screens, "runs", &["8"], "runs", "Every run, with how it ended")
            },
            Self::Arm => Entry {
                help: "Read-only is how it starts. Armed, consent is taken and runs can be told to stop, for as long as \
                       `guards.armed_for` says; then it is read-only again by itself.",
                ..entry(Act, "arm", &["A"], "arm", "Arm for a while, or be read-only again")
            },
            Self::Failover => Entry {
                help: "To the chosen region if it is GO and does not write, else to the best one. Like every verb it \
                       makes a plan to be read, and changes nothing until there is consent.",
                ..verb("failover", &["f"], "failover", "Plan a failover: the writer's region is lost", "evac failover")
            },
            Self::Switchover => {
                verb("switchover", &["S"], "switchover", "Plan a switchover: both regions healthy", "evac switchover")
            }
            Self::Failback => verb("failback", &["B"], "failback", "Plan the way back to the primary", "evac failback"),
            Self::Drain => verb("drain", &["d"], "drain", "Plan to take the region's traffic away", "evac drain"),
            Self::Undrain => verb("undrain", &["u"], "undrain", "Plan to give the region its traffic", "evac undrain"),
            Self::Restore => verb("restore", &["v"], "restore", "Plan a restore from a Velero backup", "evac restore"),
            Self::Recover => {
                verb("recover", &["m"], "recover", "Plan a recovery of the data to a minute", "evac recover")
            }
            Self::PlanAgain => Entry {
                verb: Some("evac plan"),
                ..entry(Act, "plan-again", &["p"], "plan again", "Make the plan anew from the newest picture")
            },
            Self::Consent => Entry {
                help: "What is acted on is typed by name, and where data is lost, the amount. The loss is stated anew \
                       at that moment.",
                ..danger("consent", &["c"], "consent", "Consent to the plan, and carry it out")
            },
            Self::Override => Entry {
                help: "The guard is typed by its code, and a reason is given; both are recorded.",
                ..danger("override", &["o"], "override", "Override a guard, by name and with a reason")
            },
            Self::Abort => Entry {
                verb: Some("evac abort"),
                ..danger("abort", &["X"], "abort", "Stop the run at its next safe point")
            },
            Self::HandOver => Entry {
                verb: Some("evac hand-over"),
                help: "The process of the run leaves it where it is and gives the lease back; what is under way is not \
                       seen to its end here. Who takes it resumes it on their machine, from a copy of the journal.",
                ..danger("hand-over", &["H"], "hand over", "Leave the run to another machine")
            },
            Self::Resume => Entry {
                verb: Some("evac resume"),
                help: "For a run whose process is dead, or whose end is not known or is a failure. It observes what is \
                       so before it does anything, and repeats nothing blindly.",
                ..danger("resume", &["C"], "go on", "Go on with a run that nobody carries out")
            },
            Self::Acknowledge => Entry {
                help: "On the run, or on the list of runs for the chosen one.",
                verb: Some("evac acknowledge"),
                ..entry(Act, "acknowledge", &["K"], "acknowledge", "Acknowledge how the run ended")
            },
            Self::PollAll => Entry {
                help: "What costs money a call, such as Cost Explorer, keeps its own pace where its answer is cached.",
                ..entry(Do, "poll", &["r"], "ask now", "Ask every source now")
            },
            Self::PollRegion => entry(Do, "poll-region", &["R"], "ask region", "Ask the chosen region's sources now"),
            Self::Copy => Entry {
                help: "The chosen finding; on the plan and the run the command of the chosen step; else the region's verdict \
                       with its reasons. It goes through the terminal (OSC 52), so it works over SSH; in tmux it wants \
                       `set -g set-clipboard on`.",
                ..entry(Do, "copy", &["y"], "copy", "Copy the finding, the command or the verdict")
            },
            Self::Scenario => Entry {
                verb: Some("evac sim trigger"),
                help: "It happens to the simulated world of `evac demo` only.",
                ..entry(Do, "scenario", &["s"], "scenario", "Set off a scenario of the demo")
            },
            Self::ChooseTheme => entry(Do, "theme", &["t"], "theme", "Choose a theme"),
            Self::NextTheme => entry(Do, "next-theme", &["T"], "next theme", "Take the next theme"),
            Self::Palette => entry(Program, "palette", &[":"], "commands", "Search what can be done"),
            Self::Help => entry(Program, "help", &["?", "F1"], "help", "Show or hide the keys"),
            Self::Redraw => entry(Program, "redraw", &["Ctrl+l"], "redraw", "Paint the whole screen again"),
            Self::Suspend => entry(Program, "suspend", &["Ctrl+z"], "suspend", "Go to the background; fg comes back"),
            Self::Quit => entry(Program, "quit", &["q"], "quit", "Close what lies on top, or quit"),
            Self::QuitNow => entry(Program, "quit-now", &["Ctrl+c"], "quit", "Quit from anywhere"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_has_its_own_name_and_words_of_its_own() {
        let ids: BTreeSet<_> = Action::ALL.into_iter().map(|action| action.entry().id).collect();
        assert_eq!(ids.len(), Action::ALL.len());
        for action in Action::ALL {
            let Entry { id, keys, hint, line, .. } = action.entry();
            assert_eq!(Action::from_id(id), Some(action));
            assert!(!keys.is_empty() && !hint.is_empty() && !line.is_empty(), "{id}");
            assert!(hint.len() <= 12 && line.len() <= 48, "{id} is too long for its place");
            assert!(id.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{id}");
        }
    }
}
