use crate::ids::RegionId;

/// What names a region: its name in full and in short, as people write it in other names.
pub(super) fn region(region: &RegionId) -> Vec<String> {
    let full = region.as_str().to_owned();
    let short = short(&full);
    if short == full { vec![full] } else { vec![full, short] }
}

/// `us-west-2` is `usw2`, and `ap-southeast-1` is `apse1`.
fn short(region: &str) -> String {
    let parts = region.split('-').map(|part| match part {
        "north" => "n",
        "south" => "s",
        "east" => "e",
        "west" => "w",
        "central" => "c",
        "northeast" => "ne",
        "northwest" => "nw",
        "southeast" => "se",
        "southwest" => "sw",
        other => other,
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_region_has_a_short_name() {
        for (full, name) in [("us-west-2", "usw2"), ("eu-west-1", "euw1"), ("ap-southeast-1", "apse1"), ("x", "x")] {
            assert_eq!(short(full), name);
        }
    }
}
