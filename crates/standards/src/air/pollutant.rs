//! The pollutants and averaging periods of the index, and small sets of pollutants.

use std::fmt;

/// A pollutant of the index. Ozone stands twice, because its 8-hour mean has limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Pollutant {
    So2,
    No2,
    Pm10,
    Pm25,
    Co,
    /// Ozone, 1 hour.
    O3,
    /// Ozone, 8 hours (sliding, or the daily maximum of it).
    O3_8h,
}

use Pollutant::{Co, No2, O3, O3_8h, Pm10, Pm25, So2};

impl Pollutant {
    /// All of them; a pollutant's place here is its index in arrays.
    pub const ALL: [Self; 7] = [So2, No2, Pm10, Pm25, Co, O3, O3_8h];
    /// The six of an evaluation, ozone by its 8-hour value.
    pub const SIX: [Self; 6] = [So2, No2, Pm10, Pm25, Co, O3_8h];

    /// Its name in law, functions and the API: `pm2_5`.
    pub const fn name(self) -> &'static str {
        match self {
            So2 => "so2",
            No2 => "no2",
            Pm10 => "pm10",
            Pm25 => "pm2_5",
            Co => "co",
            O3 => "o3",
            O3_8h => "o3_8h",
        }
    }

    /// Its name in tables of decimals and limits, where ozone is one factor.
    pub const fn factor(self) -> &'static str {
        match self {
            O3_8h => "o3",
            p => p.name(),
        }
    }

    /// As it is written for people: `PM2.5`.
    pub const fn symbol(self) -> &'static str {
        match self {
            So2 => "SO2",
            No2 => "NO2",
            Pm10 => "PM10",
            Pm25 => "PM2.5",
            Co => "CO",
            O3 | O3_8h => "O3",
        }
    }

    /// The unit its concentrations are given in here.
    pub const fn unit(self) -> &'static str {
        match self {
            Co => "mg/m3",
            _ => "ug/m3",
        }
    }

    /// The pollutant by its name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }
}

impl fmt::Display for Pollutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The averaging period of a concentration that gets an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// One hour.
    H1,
    /// Eight hours (ozone).
    H8,
    /// A day, or 24 sliding hours.
    H24,
}

impl Period {
    /// All of them; a period's place here is its index in arrays.
    pub const ALL: [Self; 3] = [Self::H1, Self::H8, Self::H24];

    /// Its name: `1h`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::H1 => "1h",
            Self::H8 => "8h",
            Self::H24 => "24h",
        }
    }

    /// The period by its name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// A set of pollutants, in one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct PollutantSet(u8);

impl PollutantSet {
    /// Puts one in.
    pub fn insert(&mut self, p: Pollutant) {
        self.0 |= 1 << p as u8;
    }
    /// Whether it is in.
    pub const fn contains(self, p: Pollutant) -> bool {
        self.0 & (1 << p as u8) != 0
    }
    /// Whether nothing is.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// One bit for each pollutant.
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }
    /// Of such bits.
    pub(crate) const fn of_bits(bits: u8) -> Self {
        Self(bits)
    }
    /// Those in it, in the fixed order.
    pub fn iter(self) -> impl Iterator<Item = Pollutant> {
        Pollutant::ALL.into_iter().filter(move |p| self.contains(*p))
    }
}

impl FromIterator<Pollutant> for PollutantSet {
    fn from_iter<T: IntoIterator<Item = Pollutant>>(iter: T) -> Self {
        let mut set = Self::default();
        iter.into_iter().for_each(|p| set.insert(p));
        set
    }
}
