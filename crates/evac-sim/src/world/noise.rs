//! Seeded noise without state: the same seed, name and instant always give the same number, whatever was asked before.

/// A source of noise for one world.
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    seed: u64,
}

impl Noise {
    /// Noise of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed: mix(seed) }
    }

    /// A number of 64 bits for a stream at a tick.
    pub fn bits(self, stream: u64, tick: i64) -> u64 {
        mix(self.seed ^ mix(stream) ^ mix(tick.cast_unsigned()).rotate_left(17))
    }

    /// A number from 0 up to, but not including, 1.
    pub fn unit(self, stream: u64, tick: i64) -> f64 {
        (self.bits(stream, tick) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number around 0 that stays within -1 and 1, mostly near the middle.
    pub fn bell(self, stream: u64, tick: i64) -> f64 {
        let bits = self.bits(stream, tick);
        let part = |shift: u32| ((bits >> shift) & 0xffff) as f64 / 65_536.0;
        (part(0) + part(16) + part(32) + part(48)) / 2.0 - 1.0
    }

    /// A number around 0 within -1 and 1 that wanders smoothly, with a new direction every `period` ticks.
    pub fn drift(self, stream: u64, tick: i64, period: i64) -> f64 {
        let (cell, place) = (tick.div_euclid(period), tick.rem_euclid(period) as f64 / period as f64);
        let smooth = place * place * (3.0 - 2.0 * place);
        let (from, to) = (self.unit(stream, cell), self.unit(stream, cell + 1));
        (from + (to - from) * smooth) * 2.0 - 1.0
    }
}

/// SplitMix64's finisher: every bit of the input moves every bit of the output.
pub fn mix(value: u64) -> u64 {
    let mut value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A stream number for a name: FNV-1a, so that the same name gives the same stream on every machine.
pub const fn stream(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut place = 0;
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        place += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_depends_on_seed_stream_and_tick_alone_and_keeps_its_range() {
        let noise = Noise::new(7);
        for tick in -500..500 {
            assert!((0.0..1.0).contains(&noise.unit(1, tick)));
            assert!((-1.0..=1.0).contains(&noise.bell(1, tick)));
            assert!((-1.0..=1.0).contains(&noise.drift(1, tick, 60)));
            assert_eq!(noise.bits(1, tick), Noise::new(7).bits(1, tick));
        }
        assert_ne!(noise.bits(1, 1), noise.bits(2, 1));
        assert_ne!(noise.bits(1, 1), Noise::new(8).bits(1, 1));
    }
}
