//! A restore: which backup, which namespaces, under which names, and what happens to what is there.

use std::collections::BTreeMap;

use evac_core::{
    RegionId,
    assessment::restorability,
    plan::{ExistingResources, Intent},
    reading::{Backup, BackupsReading},
};

use super::{Answer, Form, Question};
use crate::tui::{model::Model, verbs};

/// What can happen to objects that are there, with the word that is typed for it.
const POLICIES: [(ExistingResources, &str, &str); 2] = [
    (ExistingResources::Skip, "keep", "what is there stays as it is, with a warning each"),
    (ExistingResources::Update, "update", "what is there is patched to what the backup has"),
];

pub(super) fn question(form: &Form, region: &RegionId) -> Question {
    let title = format!("Restore into {region}");
    let so_far = || {
        let names = ["backup", "namespaces", "renamed"];
        let given = names.iter().zip(&form.answers).filter(|(_, answer)| !answer.is_empty());
        given.map(|(name, answer)| format!("{name}: {answer}")).collect::<Vec<_>>()
    };
    match form.answers.len() {
        0 => {
            let label = "Choose a backup; type a part of its name to find it".to_owned();
            Question { title, label, chooses: true, takes_paste: true, ..Question::default() }
        }
        1 => {
            let label = "Which namespaces? Their names, with commas between".to_owned();
            Question { title, label, help: so_far(), takes_paste: true, ..Question::default() }
        }
        2 => {
            let label = "Under another name? old=new, with commas between; nothing keeps the names".to_owned();
            Question { title, label, help: so_far(), takes_paste: true, ..Question::default() }
        }
        _ => {
            let label = "What of objects that are there already?".to_owned();
            let mut help = so_far();
            help.push("Data in volumes is never overwritten.".to_owned());
            Question { title, label, help, chooses: true, ..Question::default() }
        }
    }
}

/// The backups whose names have what is typed in them, newest first.
fn backups<'a>(form: &'a Form, reading: &'a BackupsReading) -> impl Iterator<Item = &'a Backup> {
    let wanted = form.text.trim().to_lowercase();
    reading.backups.iter().filter(move |backup| wanted.is_empty() || backup.name.to_lowercase().contains(&wanted))
}

/// The policies whose words begin as typed.
fn policies(form: &Form) -> impl Iterator<Item = &'static (ExistingResources, &'static str, &'static str)> {
    POLICIES.iter().filter(|(_, word, _)| word.starts_with(form.text.trim()))
}

pub(super) fn count(form: &Form, model: &Model, region: &RegionId) -> usize {
    match form.answers.len() {
        0 => model.snapshot.backups(region).map_or(0, |reading| backups(form, reading).count()),
        3 => policies(form).count(),
        _ => 0,
    }
}

pub(super) fn lines(form: &Form, model: &Model, region: &RegionId, from: usize, most: usize) -> Vec<(String, String)> {
    match (form.answers.len(), model.snapshot.backups(region)) {
        (0, Some(reading)) => {
            // Whether a backup can be restored is asked of those in sight only: there may be 100,000.
            let shown = backups(form, reading).skip(from).take(most);
            shown.map(|backup| (backup.name.clone(), fitness(model, reading, region, backup))).collect()
        }
        (3, _) => {
            let shown = policies(form).skip(from).take(most);
            shown.map(|(_, word, meaning)| ((*word).to_owned(), (*meaning).to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

/// When a backup was made, and whether it can be restored here.
fn fitness(model: &Model, reading: &BackupsReading, region: &RegionId, backup: &Backup) -> String {
    let now = model.assessment.world_now;
    let minor = model
        .snapshot
        .workloads(region)
        .and_then(|workloads| workloads.version.as_deref()?.trim_start_matches('v').split('.').nth(1)?.parse().ok());
    let made = backup.started.map_or_else(|| "never begun".to_owned(), |at| format!("{at:.0}"));
    match restorability(backup, reading, region, minor, now) {
        Ok(()) => format!("{made}, can be restored"),
        Err(why) => format!("{made}, CANNOT be restored: {why}"),
    }
}

pub(super) fn answer(form: &Form, model: &mut Model, region: &RegionId) -> Answer {
    match form.answers.as_slice() {
        [] => {
            let found = model.snapshot.backups(region).and_then(|reading| backups(form, reading).nth(form.chosen));
            found.map_or(Answer::Again("no backup is called so".to_owned()), |backup| Answer::Next(backup.name.clone()))
        }
        [_] => match names(&form.text) {
            Some(names) => Answer::Next(names.join(",")),
            None => Answer::Again("name at least one namespace, of lower-case letters, digits and -".to_owned()),
        },
        [_, namespaces] => match mapping(&form.text, namespaces) {
            Ok(mapping) => Answer::Next(mapping),
            Err(problem) => Answer::Again(problem),
        },
        [backup, namespaces, mapping, ..] => {
            let Some((existing, ..)) = policies(form).nth(form.chosen) else {
                return Answer::Again("choose keep or update".to_owned());
            };
            let intent = Intent::Restore {
                region: region.clone(),
                backup: backup.clone(),
                namespaces: namespaces.split(',').map(str::to_owned).collect(),
                mapping: pairs(mapping)
                    .into_iter()
                    .flatten()
                    .map(|(old, new)| (old.to_owned(), new.to_owned()))
                    .collect(),
                existing: *existing,
            };
            Answer::Done(verbs::plan(model, intent))
        }
    }
}

/// A namespace by the rule of Kubernetes.
fn is_name(name: &str) -> bool {
    let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    !name.is_empty() && name.len() <= 63 && name.chars().all(plain) && !name.starts_with('-') && !name.ends_with('-')
}

fn names(text: &str) -> Option<Vec<&str>> {
    let names: Vec<_> = text.split([',', ' ']).filter(|name| !name.is_empty()).collect();
    (!names.is_empty() && names.iter().all(|name| is_name(name))).then_some(names)
}

/// Each `old=new`; `None` for what is not of that form.
fn pairs(text: &str) -> Option<BTreeMap<&str, &str>> {
    let pairs = text.split([',', ' ']).filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').filter(|(old, new)| is_name(old) && is_name(new))).collect()
}

fn mapping(text: &str, namespaces: &str) -> Result<String, String> {
    let pairs = pairs(text).ok_or_else(|| "write old=new".to_owned())?;
    let chosen: Vec<_> = namespaces.split(',').collect();
    if let Some(stranger) = pairs.keys().find(|old| !chosen.contains(*old)) {
        return Err(format!("{stranger} is not restored: only {namespaces} is"));
    }
    Ok(pairs.iter().map(|(old, new)| format!("{old}={new}")).collect::<Vec<_>>().join(","))
}
