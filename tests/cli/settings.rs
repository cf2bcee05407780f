//! The program's own settings, in layers.

use crate::evac::Home;

#[test]
fn a_stronger_layer_overrides_a_weaker_one() {
    let home = Home::new();
    home.write(".config/evac/config.toml", "theme = \"day\"\nascii = true\n[keys]\npoll = [\"F5\"]\n");
    home.write(".evac.toml", "theme = \"ansi16\"\nstack = \"project.toml\"\n");
    let mut command = home.command(&["--colour", "256", "config", "settings"]);
    command.env("EVAC_THEME", "mono").env("EVAC_SLOW", "1");
    let run = home.finish(command);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    // The columns are as wide as this test's home; what stands in them is what counts.
    let rows = run.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"), @r#"
    ascii true HOME/.config/evac/config.toml
    keys {"poll":["F5"]} HOME/.config/evac/config.toml
    theme "day" HOME/.config/evac/config.toml
    stack "HOME/project.toml" HOME/.evac.toml
    theme "ansi16" HOME/.evac.toml
    slow true the environment
    theme "mono" the environment
    colour "256" the command line

    settings and stack: HOME/.config/evac
    history and log: HOME/.local/state/evac
    costs: HOME/.cache/evac
    "#);
}

#[test]
fn the_stack_named_by_the_project_is_relative_to_its_file() {
    let home = Home::new();
    home.write(".evac.toml", "stack = \"stacks/one.toml\"\n");
    let run = home.run(&["config", "check"]);
    assert_eq!(run.stderr, "error: cannot read the stack file HOME/stacks/one.toml: no such file or directory\n");
}

#[test]
fn the_problems_of_a_settings_file_are_told_with_their_place() {
    let home = Home::new();
    home.write(".evac.toml", "theem = \"day\"\n");
    insta::assert_snapshot!(home.run(&["status"]).stderr, @r#"
    error: theem: unknown field `theem`
     --> HOME/.evac.toml:1:1
      |
    1 | theem = "day"
      | ^^^^^
      |
      = hint: did you mean `theme`?
    "#);
    home.write(".evac.toml", "theme = \" \"\ncolour = \"many\"\n");
    insta::assert_snapshot!(home.run(&["status"]).stderr, @r#"
    error: colour: unknown variant `many`, expected one of `auto`, `none`, `16`, `256`, `true`
     --> HOME/.evac.toml:2:10
      |
    2 | colour = "many"
      |          ^^^^^^
    "#);
}

#[test]
fn the_problems_of_the_environment_are_told() {
    let home = Home::new();
    for (name, value, said) in [
        (
            "EVAC_COLOUR",
            "mauve",
            "error: the environment variable EVAC_COLOUR cannot be `mauve`\nhint: it can be auto, none, 16, 256, true\n",
        ),
        (
            "EVAC_ASCII",
            "perhaps",
            "error: the environment variable EVAC_ASCII cannot be `perhaps`\nhint: it can be 1 or 0\n",
        ),
        (
            "EVAC_LOG_LEVEL",
            "\u{1b}[2J",
            "error: the environment variable EVAC_LOG_LEVEL cannot be `\u{fffd}[2J`\nhint: it can be off, error, warn, info, debug, trace\n",
        ),
    ] {
        let mut command = home.command(&["status"]);
        command.env(name, value);
        let run = home.finish(command);
        assert_eq!((run.status, run.stderr.as_str()), (Some(1), said));
    }
}
