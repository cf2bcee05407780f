//! `evac config`.

use crate::evac::Home;

#[test]
fn init_writes_a_good_file_once_and_never_over_another() {
    let home = Home::new();
    let run = home.run(&["config", "init"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(run.stdout, @"
    wrote HOME/.config/evac/stack.toml
    hint: fill in your own names, then `evac config check HOME/.config/evac/stack.toml`, `evac doctor`, `evac`
    ");
    let path = home.path().join(".config/evac/stack.toml");
    let written = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{written}# mine\n")).unwrap();
    let again = home.run(&["config", "init"]);
    assert_eq!(again.status, Some(1));
    insta::assert_snapshot!(again.stderr, @"
    error: HOME/.config/evac/stack.toml is there already, and is left as it is
    hint: `evac config init --output FILE` writes another
    hint: `evac config check` tells what is wrong with it, if anything
    ");
    assert!(std::fs::read_to_string(&path).unwrap().ends_with("# mine\n"));
    // It is found without being named, and it is good.
    let run = home.run(&["config", "check"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    insta::assert_snapshot!(run.stdout, @"HOME/.config/evac/stack.toml is good: akidb PROD, 3 regions, 40 sources");
}

#[test]
fn init_does_not_follow_a_link_that_stands_in_the_way() {
    let home = Home::new();
    std::os::unix::fs::symlink(home.path().join("target"), home.path().join("link")).unwrap();
    assert_eq!(home.run(&["config", "init", "--output", "link"]).status, Some(1));
    assert!(!home.path().join("target").exists());
}

#[test]
fn init_to_standard_output_is_the_example() {
    let run = Home::new().run(&["config", "init", "--output", "-"]);
    assert_eq!(run.stdout, include_str!("../../config/stack.example.toml"));
}

/// Everything that the example says stands in the schema, under the same name.
#[test]
fn the_schema_knows_every_field_of_the_example() {
    let run = Home::new().run(&["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let example: toml::Table = include_str!("../../config/stack.example.toml").parse().unwrap();
    let mut unknown = Vec::new();
    fields(&toml::Value::Table(example), &schema, &schema, "", &mut unknown);
    assert_eq!(unknown, Vec::<String>::new());
    assert_eq!(schema["required"].as_array().unwrap().len(), 4, "version, name, environment, regions");
}

fn fields(
    value: &toml::Value,
    schema: &serde_json::Value,
    root: &serde_json::Value,
    path: &str,
    unknown: &mut Vec<String>,
) {
    let one_of = schema["anyOf"].as_array().and_then(|any| any.iter().find(|one| one["type"] != "null"));
    let schema = one_of.unwrap_or(schema);
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                let path = format!("{path}.{name}");
                let known = schema["properties"].get(name);
                match known.or(schema.get("additionalProperties").filter(|more| more.is_object())) {
                    Some(schema) => fields(value, schema, root, &path, unknown),
                    None => unknown.push(path),
                }
            }
        }
        toml::Value::Array(values) => {
            for value in values {
                fields(value, &schema["items"], root, &format!("{path}[]"), unknown);
            }
        }
        _ => {}
    }
}
