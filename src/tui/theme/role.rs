//! What a style is for. Panels ask for a role, and only a theme says what it looks like.

use ratatui::style::Modifier;

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $name:literal, $plain:expr;)*) => {
        /// What a style is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role {$(
            $(#[$doc])*
            $role,
        )*}

        impl Role {
            /// Every role, in the order of a theme file.
            pub const ALL: &'static [Self] = &[$(Self::$role,)*];

            /// The name in a theme file.
            pub fn name(self) -> &'static str {
                match self {$(
                    Self::$role => $name,
                )*}
            }

            /// What is left of the role on a terminal without colour. Only bold, reverse and underline are used:
            /// dim and italic are missing or unreadable on too many terminals.
            pub(super) fn plain(self) -> Modifier {
                match self {$(
                    Self::$role => $plain,
                )*}
            }
        }
    };
}

roles! {
    /// The ground of the whole screen.
    Background = "background", Modifier::empty();
    /// Text.
    Text = "text", Modifier::empty();
    /// Text that matters less: units, labels, what is normal.
    Dim = "dim", Modifier::empty();
    /// Titles of panels.
    Title = "title", Modifier::BOLD;
    /// Lines between panels.
    Border = "border", Modifier::empty();
    /// GO, and whatever is well.
    Go = "go", Modifier::BOLD;
    /// NO-GO.
    NoGo = "no_go", Modifier::BOLD.union(Modifier::REVERSED);
    /// UNKNOWN, and whatever is too old to count.
    Unknown = "unknown", Modifier::BOLD.union(Modifier::UNDERLINED);
    /// Something will hurt if it stays so.
    Warning = "warning", Modifier::UNDERLINED;
    /// Users or data are hurt.
    Critical = "critical", Modifier::BOLD;
    /// Good to know.
    Note = "note", Modifier::empty();
    /// What is chosen.
    Selected = "selected", Modifier::REVERSED;
    /// The environment word of production.
    BannerProd = "banner_prod", Modifier::BOLD.union(Modifier::REVERSED);
    /// The environment word of anything else.
    BannerTest = "banner_test", Modifier::REVERSED;
    /// The region that writes.
    Writer = "writer", Modifier::BOLD;
    /// Sparklines.
    Trend = "trend", Modifier::empty();
    /// Keys, in the footer and in the help.
    Key = "key", Modifier::BOLD;
    /// The line that answers the last key.
    Notice = "notice", Modifier::BOLD;
    /// The header and the footer.
    Bar = "bar", Modifier::empty();
    /// The ground of what lies over the screen.
    Overlay = "overlay", Modifier::empty();
}
