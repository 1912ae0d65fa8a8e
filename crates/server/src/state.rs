//! What the handlers share: stores, law, plan, and answers kept until their inputs change.

mod ruling;
mod what_if;

use crate::access::House;
use crate::error::{ApiError, ApiResult};
use crate::packets::Units;
use crate::pages::Assets;
use crate::shelf::{Loaded, Shelf};
use ::evidence::Evidence;
use ::figure::Explanation;
use ::law::{Law, Library, Listing};
use ::plan::days::Days;
use ::plan::depths::Site as Station;
use ::plan::explain::{Depths, ExplainError, explain};
use ::plan::measure::{Figure, Plan};
use ::plan::published::Published;
use ::plan::reference::{Place, Reference};
pub use ::plan::rules::Level;
use ::plan::stand::{Asked, Sources, Stand, StandError, stand};
use ::plan::uses::Uses;
use ::plan::what_if::{Outlet, Section};
use books::Books;
use books::access::Policy;
use books::pack::Packs;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use gateway::Gateway;
use lake::{Lake, LakeError, SeriesKey};
use models::forecast::Method;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// A station as pages show it.
#[derive(Debug, Clone)]
pub struct Site {
    pub code: String,
    pub name: String,
    /// Name of its city.
    pub city: String,
}

/// What an [`App`] is made of.
pub struct Parts {
    pub law: Arc<Law>,
    /// Where the law comes from, and where more of it can be recorded.
    pub library: Library,
    pub drafts: ::law::Shelf,
    /// Files that may name keys of the law, as (path, text).
    pub naming: Vec<(String, String)>,
    pub shelf: Shelf,
    /// None where a command asks something that needs none.
    pub books: Option<Books>,
    pub house: House,
    pub plan: Arc<Plan>,
    pub lake: Lake,
    pub evidence: Evidence,
    pub gateway: Option<Gateway>,
    pub published: Vec<Published>,
    pub method: Method,
    /// City code → names.
    pub cities: HashMap<String, (String, String)>,
    pub stations: Vec<Station>,
    /// Sections of surface water and outlets, for what-if.
    pub sections: Vec<Section>,
    pub outlets: Vec<Outlet>,
    /// How units and names of the code list are shown.
    pub units: Units,
    pub assets: Assets,
    /// Now, UTC milliseconds: passed in, so that tests can stand still.
    pub clock: fn() -> i64,
}

/// The state behind every handler.
pub struct App {
    law: RwLock<Arc<Law>>,
    /// One at a time: a second file is judged with the first.
    pub(crate) library: Mutex<Library>,
    pub drafts: ::law::Shelf,
    naming: Vec<(String, String)>,
    shelf: Shelf,
    books: Option<Books>,
    pub(crate) house: House,
    /// What rooms say to the plan's sentences.
    pub(crate) rooms: crate::rooms::stands::Kept,
    uses: Mutex<Option<(String, Arc<Uses>)>>,
    pub plan: Arc<Plan>,
    pub lake: Lake,
    pub evidence: Evidence,
    pub gateway: Option<Gateway>,
    pub published: Vec<Published>,
    pub cities: HashMap<String, (String, String)>,
    pub sites: Vec<Site>,
    pub assets: Assets,
    method: Method,
    stations: Vec<Station>,
    pub(crate) sections: Vec<Section>,
    pub(crate) outlets: Vec<Outlet>,
    pub(crate) units: Units,
    clock: fn() -> i64,
    kept: Mutex<Kept>,
    /// Choices of the what-if page and when they were found: live packets change them all the time.
    pub(crate) choices: Mutex<Option<(i64, Arc<Value>)>>,
    /// The listing of recorded law that the law in use was read from.
    listed: Mutex<Listing>,
}

/// Answers that stay true while the day values stay the same. Few questions are asked again and again (the home
/// page of the opening day), so the oldest simply go.
#[derive(Default)]
struct Kept {
    /// State of the day values, and the law in use.
    stamp: (u64, String),
    days: HashMap<(Option<NaiveDate>, Option<String>), Arc<Days>>,
    homes: HashMap<Asked, Arc<Value>>,
    stands: HashMap<(String, Asked, Option<String>), Arc<Stand>>,
}

/// Most answers of a kind that are kept.
const KEPT_MAX: usize = 256;

impl App {
    /// Puts the state together.
    pub fn new(p: Parts) -> App {
        let sites = p
            .stations
            .iter()
            .map(|s| Site {
                code: s.code.clone(),
                name: s.name.clone(),
                city: p
                    .cities
                    .get(&s.division)
                    .map_or_else(|| s.division.clone(), |c| c.0.clone()),
            })
            .collect();
        let listed = Mutex::new(p.library.listing());
        App {
            listed,
            law: RwLock::new(p.law),
            library: Mutex::new(p.library),
            drafts: p.drafts,
            naming: p.naming,
            shelf: p.shelf,
            books: p.books,
            house: p.house,
            rooms: crate::rooms::stands::Kept::default(),
            uses: Mutex::default(),
            plan: p.plan,
            lake: p.lake,
            evidence: p.evidence,
            gateway: p.gateway,
            published: p.published,
            cities: p.cities,
            sites,
            assets: p.assets,
            method: p.method,
            stations: p.stations,
            sections: p.sections,
            outlets: p.outlets,
            units: p.units,
            clock: p.clock,
            kept: Mutex::default(),
            choices: Mutex::default(),
        }
    }

    /// The books.
    ///
    /// # Errors
    /// Where they were not opened.
    pub fn books(&self) -> ApiResult<&Books> {
        self.books
            .as_ref()
            .ok_or_else(|| ApiError::internal("the books were not opened by this command"))
    }

    /// Packs, their faults and the policy in use. A request takes them once.
    pub fn shelf(&self) -> Arc<Loaded> {
        self.shelf.loaded()
    }

    /// The packs in use.
    pub fn packs(&self) -> Arc<Packs> {
        self.shelf().packs.clone()
    }

    /// The policy in use.
    pub fn policy(&self) -> Arc<Policy> {
        self.shelf().policy.clone()
    }

    /// Milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    /// Today in Beijing.
    pub fn today(&self) -> NaiveDate {
        let now = chrono::DateTime::from_timestamp_millis(self.now_ms()).unwrap_or_default();
        (now + TimeDelta::hours(8)).date_naive()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic elsewhere leaves at worst an answer that is not kept.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Day values that cannot be read are asked for again with the next question.
        let version = self.lake.day_values_version().unwrap_or(kept.stamp.0);
        let stamp = (version, self.law().fingerprint().to_string());
        if kept.stamp != stamp {
            *kept = Kept {
                stamp,
                ..Kept::default()
            };
        }
        kept
    }

    /// City days judged by each day's own law, or all by that of one day.
    ///
    /// # Errors
    /// When the observations cannot be read.
    pub fn days(&self, law_of: Option<NaiveDate>) -> Result<Arc<Days>, LakeError> {
        self.days_under(law_of, None)
    }

    /// The same under a law with a draft laid over it, which `drafted` names.
    ///
    /// # Errors
    /// As [`App::days`].
    pub fn days_under(&self, law_of: Option<NaiveDate>, drafted: Option<&Law>) -> Result<Arc<Days>, LakeError> {
        let key = (law_of, drafted.map(|law| law.fingerprint().to_string()));
        let stamp = {
            let kept = self.kept();
            if let Some(days) = kept.days.get(&key) {
                return Ok(days.clone());
            }
            kept.stamp.clone()
        };
        let law = self.lake.law();
        let days = Arc::new(::plan::depths::city_days_under(
            &self.lake,
            drafted.unwrap_or(&law),
            law_of,
        )?);
        self.keep(stamp, |kept| {
            if kept.days.len() >= 8 {
                kept.days.clear();
            }
            kept.days.insert(key, days.clone());
        });
        Ok(days)
    }

    /// Keeps an answer, unless day values or law have changed since its question came.
    fn keep(&self, stamp: (u64, String), put: impl FnOnce(&mut Kept)) {
        let mut kept = self.kept();
        if kept.stamp == stamp {
            put(&mut kept);
        }
    }

    fn stand_now(&self, measure: &str, asked: Asked, division: Option<&str>) -> Result<Arc<Stand>, StandError> {
        let key = (measure.to_string(), asked, division.map(str::to_string));
        let stamp = {
            let kept = self.kept();
            if let Some(s) = kept.stands.get(&key) {
                return Ok(s.clone());
            }
            kept.stamp.clone()
        };
        let days = self.days(asked.law_of)?;
        let law = self.law();
        let sources = Sources {
            plan: &self.plan,
            law: &law,
            days: &days,
            published: &self.published,
            method: &self.method,
        };
        let mut s = stand(&sources, measure, asked, division)?;
        if let Some(short) = &mut s.short {
            for (code, (zh, en)) in &self.cities {
                short.zh = short.zh.replace(code.as_str(), &format!("{zh} "));
                short.en = short.en.replace(code.as_str(), en);
            }
        }
        let s = Arc::new(s);
        self.keep(stamp, |kept| {
            if kept.stands.len() >= KEPT_MAX {
                kept.stands.clear();
            }
            kept.stands.insert(key, s.clone());
        });
        Ok(s)
    }

    /// A measure's stand.
    ///
    /// # Errors
    /// As the API answers them.
    pub async fn stand(self: &Arc<Self>, measure: &str, asked: Asked, division: Option<&str>) -> ApiResult<Arc<Stand>> {
        let (app, measure, division) = (self.clone(), measure.to_string(), division.map(str::to_string));
        blocking(move || app.stand_now(&measure, asked, division.as_deref()).map_err(stand_error)).await
    }

    /// The home page.
    ///
    /// # Errors
    /// As the API answers them.
    pub async fn home(self: &Arc<Self>, asked: Asked) -> ApiResult<Arc<Value>> {
        let app = self.clone();
        blocking(move || {
            let stamp = {
                let kept = app.kept();
                if let Some(home) = kept.homes.get(&asked) {
                    return Ok(home.clone());
                }
                kept.stamp.clone()
            };
            let stands: Result<Vec<Arc<Stand>>, StandError> = app
                .plan
                .measures
                .iter()
                .map(|m| app.stand_now(&m.id, asked, None))
                .collect();
            let days = app.days(asked.law_of).map_err(ApiError::internal)?;
            let home = Arc::new(crate::plan::home(&app, asked, &days, &stands.map_err(stand_error)?));
            app.keep(stamp, |kept| {
                if kept.homes.len() >= KEPT_MAX {
                    kept.homes.clear();
                }
                kept.homes.insert(asked, home.clone());
            });
            Ok(home)
        })
        .await
    }

    /// A stand from what was recorded up to the end of a day; from everything without one.
    ///
    /// # Errors
    /// As [`stand`].
    pub fn stand_as_known(
        &self,
        measure: &str,
        asked: Asked,
        division: Option<&str>,
        known: Option<NaiveDate>,
    ) -> Result<Arc<Stand>, StandError> {
        let Some(day) = known else {
            return self.stand_now(measure, asked, division);
        };
        let days = ::plan::depths::city_days_as_known(&self.lake, asked.law_of, day)?;
        let law = self.law();
        let sources = Sources {
            plan: &self.plan,
            law: &law,
            days: &days,
            published: &self.published,
            method: &self.method,
        };
        stand(&sources, measure, asked, division).map(Arc::new)
    }

    /// One level under a figure.
    ///
    /// # Errors
    /// As the API answers them.
    pub async fn explain(self: &Arc<Self>, reference: &str) -> ApiResult<Explanation> {
        let (app, text) = (self.clone(), reference.to_string());
        blocking(move || app.explain_now(&text).map_err(explain_error)).await
    }

    /// As [`App::explain`], on the calling thread.
    ///
    /// # Errors
    /// A text that is no REF, or one that points at nothing.
    pub fn explain_now(&self, text: &str) -> Result<Explanation, ExplainError> {
        let reference = Reference::parse(text)?;
        let days = self.days(reference.law_of)?;
        let city = |code: &str| {
            self.cities
                .get(code)
                .cloned()
                .unwrap_or_else(|| (code.to_string(), code.to_string()))
        };
        let trace = |key: &SeriesKey, start: NaiveDateTime, recorded_s: i64| {
            ::plan::depths::trace(&self.lake, &self.evidence, key, start, recorded_s)
        };
        let law = self.law();
        let depths = Depths {
            plan: &self.plan,
            law: &law,
            days: &days,
            lake: &self.lake,
            sites: &self.stations,
            city: &city,
            trace: &trace,
        };
        explain(&depths, &reference)
    }

    /// Levels 1 to 6 with their colours, by the law of a day; empty when none is in force.
    pub fn levels(&self, on: NaiveDate) -> Vec<Level> {
        ::plan::rules::levels(&self.law(), on, &self.plan.head.division)
    }

    /// City of a station.
    pub fn city_of_site(&self, site: &str) -> Option<String> {
        if self.cities.contains_key(site) {
            return Some(site.to_string());
        }
        self.stations
            .iter()
            .find(|s| s.code == site)
            .map(|s| s.division.clone())
    }

    /// The REF under a city's line of a stand.
    pub fn city_reference(&self, s: &Stand, city: &str, asked: Asked) -> Option<String> {
        let what = match self.plan.measure(&s.measure)?.figure.as_ref()? {
            Figure::Mean { factor, .. } => factor.clone(),
            Figure::GoodDays { .. } => "good-days".to_string(),
            Figure::HeavyDays { .. } => "heavy-days".to_string(),
        };
        let place = Place::CityYear {
            city: city.to_string(),
            what,
            upto: asked.date,
        };
        Some(
            Reference {
                law_of: asked.law_of,
                ..Reference::to(place)
            }
            .to_string(),
        )
    }
}

/// Runs what blocks away from the threads that answer.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> ApiResult<T> + Send + 'static) -> ApiResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?
}

fn stand_error(e: StandError) -> ApiError {
    match e {
        StandError::NoMeasure(_) | StandError::NoCity(_) => {
            ApiError::not_found(format!("没有这个指标或城市:{e}"), e.to_string())
                .remedy("在 /api/measures 查看全部指标", "see /api/measures for all measures")
        }
        StandError::Rule(_) => ApiError::bad(format!("该日没有可用的标准:{e}"), format!("no rule on that day: {e}"))
            .remedy("换一个标准日期", "choose another law day"),
        e => ApiError::internal(e),
    }
}

fn explain_error(e: ExplainError) -> ApiError {
    match e {
        ExplainError::Reference(b) => ApiError::bad(format!("引用不能识别:{}", b.why), b.to_string()).at(b.text),
        ExplainError::Unknown(what) => {
            ApiError::not_found(format!("库中没有:{what}"), format!("nothing is known of {what}")).remedy(
                "检查代码和日期,或先导入数据",
                "check code and day, or load the data first",
            )
        }
        ExplainError::Stand(s) => stand_error(s),
        ExplainError::Rule(r) => ApiError::bad(format!("该日没有可用的标准:{r}"), format!("no rule on that day: {r}")),
        e => ApiError::internal(e),
    }
}
