import { en as access } from './access'
import { en as library } from './library'
import { en as rooms } from './rooms'
import type { Messages } from './zh'

export const en: Messages = {
  app: { name: 'Qingshan' },
  nav: { plan: 'Plan', law: 'Standards', calc: 'Try', packets: 'Packets', skip: 'Skip to the text', chapters: 'Chapters', main: 'Main pages' },
  date: {
    until: 'Data up to', steps: 'Days worth a look', free: 'Any other day', pick: 'Pick a date', apply: 'Look at this day', back: 'Back to the opening day',
    hint: 'Every figure counts up to this day and is judged by the law in force on each day',
  },
  lawOf: {
    label: 'Judged by', day: 'law of the day', other: 'By the law of another date', hint: '“What if this law had been in force?”: the same data under other limits and grades',
    off: 'Back to the law of the day', whatIf: 'what-if', banner: 'What-if: judged by the law in force on {date}; not a finding of the time',
  },
  search: { open: 'Search', placeholder: 'Search sentences, measures, standards, sites', empty: 'Nothing found for “{q}”', start: 'Type words of a sentence, a measure, a standard number or a site', kinds: { sentence: 'sentence', measure: 'measure', standard: 'standard', site: 'site', division: 'division', key: 'clause' } },
  keys: {
    title: 'Keys', search: 'Search', help: 'This list', next: 'Next / previous sentence', nextFigure: 'Next / previous sentence with a figure', open: 'Open the stand of the sentence', close: 'Close panel or menu', home: 'Back to the plan', lang: '中文 / English', print: 'Print (A4)',
  },
  light: { green: 'met', amber: 'close', red: 'not met', none: 'no data yet', greenShort: 'green', amberShort: 'amber', redShort: 'red', noneShort: 'no data' },
  sim: { mark: 'simulated', title: 'computed from simulated data, not a monitoring result' },
  state: {
    loading: 'Reading', slow: 'still computing, {n} s', retry: 'Retry', where: 'Where', remedy: 'What to do', error: 'Could not be read', empty: 'Nothing here',
    denied: 'You may not see this', deniedHint: 'Access depends on role, division and ownership; ask the administrator of your office.', notFound: 'There is no such page', home: 'Back to the plan',
  },
  common: {
    export: 'Export xlsx', table: 'Table', chart: 'Chart', close: 'Close', full: 'Open as page', copy: 'Copy', copied: 'Copied', copyLink: 'Copy link', print: 'Print', value: 'Value', date: 'Date', source: 'Source',
    more: '{n} more', all: 'all {n}', and: ', ', rows: '{n} rows', pause: 'Pause', resume: 'Resume',
  },
  home: {
    meta: '{issuer} · {chapters} sections, {sentences} sentences, {live} with data', counts: 'green {green} · amber {amber} · red {red} · no data {none}', cards: 'Basic targets', target: 'target', noTarget: 'no figure set',
    none: 'no data yet', notes: 'Margin notes', bulletLegend: '● now {\'|\'} target — projected year', lawInForce: 'Standards in force on the day', sentenceStand: 'This sentence', measuresOf: 'Measures of this sentence', noMeasure: 'No measure serves this sentence yet.',
    bulletAria: 'now {value}, target {target}, projected {lo} to {hi}',
  },
  stand: {
    title: 'Stand', target: 'Target', lastYear: 'Last year to date', yoy: 'Change', remaining: 'Rest of the year', projection: 'Projected year', points: 'points', valid: 'Valid data', validText: '{cities} of {ofCities} cities · {days} of {of} city-days valid',
    noProjection: 'No projection can be given yet', trend: 'Year to date, day by day', most: 'most cities', thisYear: '{year}', map: 'Map by city', cities: 'Cities', calendar: 'Calendar', published: 'Published figures', publishedHint: 'Figures printed in bulletins and the press, beside ours, to compare', explain: 'How it came about', tasks: 'Tasks', cases: 'Cases',
    noTasks: 'This sentence has not been broken down into tasks.', noCases: 'No cases under this measure.', noCities: 'No figures by city.', noTrend: 'No daily figures.', noCalendar: 'No daily index.', noPublished: 'No published figure has been collected for this measure.', noData: 'No data yet', rank: 'Rank', city: 'City', change: 'Change', days: 'Valid days', aqi: 'AQI', level: 'Level', primary: 'Primary pollutant', period: 'Period', division: 'Division', item: 'Item',
    mapHint: 'The darker, the larger the value', mapNote: 'Boundaries: place-name database of the Ministry of Civil Affairs (CGCS2000); for illustration', whatIf: 'What-if', whatIfBase: 'Law of the day', whatIfOther: 'By the law of {date}', noValue: 'no data',
    items: { pm25: 'PM2.5 mean', good_day_ratio: 'share of good days', heavy_pollution_day_ratio: 'share of heavily polluted days', national_section_good_ratio: 'national sections I–III', national_section_worse_than_v_ratio: 'national sections worse than V' },
    seeSentence: 'See it in the text',
  },
  explain: {
    title: 'How it came about', inputsCount: 'Computed from {n} items', deeper: 'Unfold the items down to the raw data: the state of the chain stands there', evidence: 'Raw evidence', usedBy: 'Who uses this figure', nobody: 'No other figure uses it directly', otherLaw: 'By the law of another date', otherLawPick: 'Pick another date', inForceDay: 'Law of the day', asOf: 'Law of {date}', verify: 'Verification', chainOk: 'Evidence chain intact', chainBad: 'Evidence chain broken', alone: 'Open alone', copyRef: 'Copy reference', law: 'Clauses used', missing: 'missing', noRef: 'No figure was named', noRefHint: 'Come here from a sentence of the plan or from “How it came about” in a stand.', same: 'same as under the law of the day', noClause: 'No clause is cited', expand: 'Expand', collapse: 'Collapse',
  },
  evidence: {
    title: 'Evidence', packet: 'Packet', file: 'Line of a file', name: 'Name', source: 'Source', licence: 'Licence', sha: 'SHA-256', line: 'Line', received: 'Received', place: 'Place', placeText: 'record {seq} · segment {segment} · offset {offset}', chain: 'Chain', chainOk: 'chain intact', chainBad: 'chain broken', checked: '{n} records of the segment recomputed', crcOk: 'holds', crcBad: 'does not hold', version: 'Protocol', fields: 'Fields', row: 'Columns of this line', unlicensed: 'none stated',
  },
  law: {
    title: 'Standards', lead: 'The standards in use, their dates, and every table. The program holds no limit: they all stand here.', number: 'Number', name: 'Title', from: 'From', to: 'To', state: 'State', inForce: 'in force', past: 'withdrawn', future: 'not yet', provisions: 'Provisions', certainty: 'Certainty', source: 'Source', checked: 'Checked', timeline: 'Time', diff: 'Compare two days', diffTitle: 'What changed between two days', diffLead: 'The provisions in force on two days under the same key, cell by cell.', dayA: 'Earlier day', dayB: 'Later day', noDiff: 'Nothing differs between the two days.', versions: 'Versions', at: 'in force on {date}', notAt: 'nothing in force on {date}', division: 'Division', nation: 'nation', row: 'Row', column: 'Column', before: 'Before', after: 'After', added: 'added', removed: 'withdrawn', changed: '{n} changes', keyLead: 'Resolved by date: which provision answers to this key on the day.', open: 'open', onDate: 'On', replaces: 'Replaces', filter: 'Filter by number or title', onlyInForce: 'Only those in force on the day',
  },
  table: {
    columns: { class1: 'class 1', class2: 'class 2', aqi_from: 'AQI from', aqi_to: 'AQI to', per_month: 'per month', mean_against: 'mean against', percentile_against: 'percentile against', limit_period: 'limit period', limit_class: 'limit class', population_below: 'population below', area_below: 'area below', in_mean: 'in mean', in_city_figure: 'in city figure', of: 'of', pollutant: 'pollutant', kilopascal: 'kPa', kelvin: 'K' },
    words: { gbt8170: 'half to even (GB/T 8170)', max8h: 'daily max 8 h', '1d': 'day', '8hmax1d': 'daily max 8 h', class1: 'class 1', class2: 'class 2' },
  },
  certainty: { certain: 'certain', likely: 'likely', uncertain: 'uncertain', certainTitle: 'read in the standard itself', likelyTitle: 'well known, not checked in the text', uncertainTitle: 'doubtful, see the note' },
  calc: {
    title: 'Try a function', lead: 'The same functions as on the command line, in SQL and in the API: put in values, see the result and how it came about.', pick: 'Functions', date: 'By the law of', run: 'Compute', optional: 'optional', empty: 'Fill in the arguments.', today: 'today', cli: 'Command line', reset: 'Clear', noValue: 'no result',
    columns: {} as Record<string, string>,
  },
  ...access,
  ...library,
  ...rooms,
  packets: {
    title: 'Packets', lead: 'Every packet is on disk and in the chain before it is answered. What fails is quarantined with its reason and can be replayed.', connected: 'Connected', registered: '{n} registered', rate: 'Packets per second', bytes: '{n}/s', p99: 'Answer p99', accepted: 'Accepted', quarantined: 'Quarantined', duplicates: '{n} duplicates', recent: 'Recent packets', outlets: 'Outlets', quarantine: 'Quarantine', reason: 'Reason', detail: 'Detail', remedy: 'What to do', replay: 'Replay', replayed: 'replayed', replayOk: 'Replayed and accepted', replayBad: 'Still refused: {reason}', at: 'Time', peer: 'Peer', version: 'Version', warnings: 'Warnings', lastAt: 'Last', count: 'Packets', values: 'Latest values', offline: 'off line', online: 'on line', simAll: 'All connected outlets are simulated, and so are their values', simSome: '{n} of them are simulated outlets', noRecent: 'No packet yet. Start qingshan demo, or send one with qingshan hj212 send.', noQuarantine: 'The quarantine is empty.', noOutlets: 'No outlet is registered yet.', off: 'The gateway is not running: this process has opened no HJ 212 port.', live: 'live', lost: 'The live connection is lost; trying again every {n} s', paused: 'paused', name: 'Name', pickOne: 'Pick a row to see it as received',
  },
}
