//! The law keys of the functions that read one provision for each sector.

/// What a limit is found by, and what a function reads beside it.
macro_rules! with_limit {
    ($($more:literal),*) => {
        &[
            "emission.sectors",
            "emission.items",
            "emission.classes",
            "emission.limit.boiler",
            "emission.limit.brewing",
            "emission.limit.catering",
            "emission.limit.cement",
            "emission.limit.coating",
            "emission.limit.coking",
            "emission.limit.dyeing",
            "emission.limit.foundry",
            "emission.limit.general",
            "emission.limit.hw_incineration",
            "emission.limit.ironmaking",
            "emission.limit.msw_incineration",
            "emission.limit.municipal_sewage",
            "emission.limit.odour",
            "emission.limit.petrochemical",
            "emission.limit.petrol_station",
            "emission.limit.power",
            "emission.limit.resin",
            "emission.limit.sintering",
            "emission.limit.steelmaking",
            "emission.limit.vehicle_repair",
            "emission.limit.voc_fugitive",
            "emission.limit.wastewater",
            "emission.period.boiler",
            "emission.period.brewing",
            "emission.period.cement",
            "emission.period.coking",
            "emission.period.hw_incineration",
            "emission.period.ironmaking",
            "emission.period.msw_incineration",
            "emission.period.power",
            "emission.period.sintering",
            "emission.period.steelmaking",
            "emission.period.vehicle_repair",
            "emission.ultra_low.cement",
            "emission.ultra_low.coking",
            "emission.ultra_low.ironmaking",
            "emission.ultra_low.power",
            "emission.ultra_low.rolling",
            "emission.ultra_low.sintering",
            "emission.ultra_low.steelmaking",
            "emission.oxygen.boiler",
            "emission.oxygen.cement",
            "emission.oxygen.foundry",
            "emission.oxygen.hw_incineration",
            "emission.oxygen.msw_incineration",
            "emission.oxygen.petrochemical",
            "emission.oxygen.power",
            "online.convert",
            $($more),*
        ]
    };
}

/// What `emission.limit` reads.
pub(super) const LIMIT: &[&str] = with_limit![];

/// What `emission.exceed` reads.
pub(super) const EXCEED: &[&str] = with_limit![
    "emission.exempt.hw_incineration",
    "emission.exempt.msw_incineration",
    "emission.compare",
    "emission.judging",
    "online.marks.data",
    "online.marks.monitor",
    "online.marks.condition"
];

/// What `emission.convert` reads.
pub(super) const CONVERT: &[&str] = &[
    "emission.sectors",
    "online.convert",
    "emission.oxygen.boiler",
    "emission.oxygen.cement",
    "emission.oxygen.foundry",
    "emission.oxygen.hw_incineration",
    "emission.oxygen.msw_incineration",
    "emission.oxygen.petrochemical",
    "emission.oxygen.power",
];
