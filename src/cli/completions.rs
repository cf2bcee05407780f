//! `evac completions` and `evac man`: made from the command line's own description.

use clap::CommandFactory;

use super::{Exit, Failure, Output, arguments::Arguments};

/// Writes the completion script of a shell.
pub fn completions(shell: clap_complete::Shell, output: &mut Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "evac", &mut script);
    output.write(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}

/// Writes the manual page: that of the program, and after it those of its commands.
pub fn manual(output: &mut Output) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("cannot make the manual page: {error}"));
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(failed)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let name = format!("evac-{}", subcommand.get_name());
        let man = clap_mangen::Man::new(subcommand.clone().display_name(name));
        man.render_name_section(&mut page).map_err(failed)?;
        man.render_synopsis_section(&mut page).map_err(failed)?;
        man.render_options_section(&mut page).map_err(failed)?;
    }
    output.write(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Success)
}
