// The answers of the HTTP API, as the pages read them. Figures travel as text, because a decimal's trailing zeros
// mean something; only charts turn them into numbers.

export * from './law'

export type LightName = 'green' | 'amber' | 'red' | 'none'
export type Certainty = 'certain' | 'likely' | 'uncertain'
/** A decimal as text; a plain number is tolerated. */
export type Figure = string | number | null | undefined

export interface Both {
  zh: string
  en: string
}

export interface ApiErrorBody {
  zh: string
  en: string
  where?: string | null
  remedy?: string | null
  remedy_zh?: string | null
  remedy_en?: string | null
  /** What is wrong, field by field. */
  faults?: { field: string; words: Both }[]
  /** A conflict: fields in which both sides differ, and who changed it last. */
  clashes?: { field: string; was: unknown; yours: unknown; now: unknown; choose: boolean }[]
  last?: { actor: string; at: number; version: number; reason: string } | null
  versions?: { read: number; now: number }
}

export type Counts = Record<LightName, number>

export interface Piece {
  text: string
  role?: 'number' | 'name' | 'sentence' | 'space'
  sentence?: string | null
}

export interface Block {
  id: string
  kind: 'title' | 'heading' | 'section' | 'paragraph' | 'blank'
  number?: string | null
  /** Id of the chapter it belongs to. */
  chapter?: string | null
  pieces: Piece[]
}

export interface Chapter {
  id: string
  number: string
  title: string
  title_en?: string | null
  anchor: string
  counts: Counts
}

/** Offsets count characters (code points), not UTF-16 units. */
export interface Span {
  start: number
  end: number
  measure: string
  light: LightName
}

export interface SentenceState {
  light: LightName
  reason_zh?: string | null
  reason_en?: string | null
  spans: Span[]
  measures: string[]
}

export interface Note {
  sentence: string
  measure: string
  light: LightName
  label_zh: string
  label_en: string
  value: Figure
  unit?: string | null
  sub_zh?: string | null
  sub_en?: string | null
  simulated: boolean
  /** A note from a room: the pack it leads to. */
  room?: string | null
}

export interface Target {
  op?: string | null
  value?: Figure
  text?: string | null
  text_zh?: string | null
  text_en?: string | null
}

export interface Bullet {
  min: Figure
  max: Figure
  value: Figure
  target?: Figure
  lo?: Figure
  hi?: Figure
  better: 'low' | 'high'
}

export interface Card {
  measure: string
  title_zh: string
  title_en: string
  value: Figure
  unit?: string | null
  target?: Target | null
  light: LightName
  hint_zh?: string | null
  hint_en?: string | null
  simulated: boolean
  bullet?: Bullet | null
  reason_zh?: string | null
  reason_en?: string | null
}

export interface Step {
  date: string
  label_zh: string
  label_en: string
  simulated: boolean
}

export interface LawInForce {
  number: string
  title?: string
  title_zh?: string
  title_en?: string
  from: string
  to?: string | null
}

export interface Plan {
  id: string
  title: string
  issuer: Both | string
  year: number
  date: string
  law_of?: string | null
  law_in_force: LawInForce[]
  data: { mode: 'real' | 'simulated' | 'mixed' | 'none'; text_zh: string; text_en: string; steps: Step[] }
  counts: Counts
  chapters: Chapter[]
  blocks: Block[]
  sentences: Record<string, SentenceState>
  notes: Note[]
  cards: Card[]
}

export interface TrendPoint {
  date: string
  value: Figure
  last_year?: Figure
}

export interface CityRow {
  code: string
  name: string
  name_en?: string | null
  value: Figure
  unit?: string | null
  light: LightName
  rank?: number | null
  last_year?: Figure
  simulated: boolean
  days?: number | null
  /** REF of the figure, for its explanation. */
  reference?: string | null
}

export interface DayCell {
  date: string
  value?: Figure
  aqi?: Figure
  level?: string | number | null
  category?: string | null
  category_en?: string | null
  primary?: string | string[] | null
  /** Of a group: how many cities had level 1, 2, …; the level above is the one most of them had. */
  levels?: number[] | null
  colour?: string | null
  simulated: boolean
  reference?: string | null
}

export interface PublishedFigure {
  period: string
  division: string
  item: string
  item_zh?: string | null
  item_en?: string | null
  value: Figure
  unit?: string | null
  source?: string | null
  read_on?: string | null
  note?: string | null
}

export interface Task {
  id?: string
  title?: string
  title_zh?: string
  title_en?: string
  state?: string
  due?: string
}

export interface Projection {
  value: Figure
  lo: Figure
  hi: Figure
  /** Per cent of back tests that the interval held. */
  coverage?: number | null
  /** Per cent that it is meant to hold. */
  nominal?: number | null
  rounds?: number | null
  years?: { year: number; simulated: boolean }[]
  simulated?: boolean
  text_zh: string
  text_en: string
}

export interface WhatIf {
  law_of?: string
  value?: Figure
  /** The same figure, each day by its own law. */
  day_law_value?: Figure
  day_law_light?: LightName
  text_zh?: string | null
  text_en?: string | null
}

/** A level of the index with the name and colour that the law gives it. */
export interface Level {
  category_zh: string
  category_en: string
  colour: string
}

export interface Stand {
  measure: string
  date: string
  title_zh: string
  title_en: string
  sentence?: string | { id?: string; text?: string } | null
  value: Figure
  unit?: string | null
  light: LightName
  reason_zh?: string | null
  reason_en?: string | null
  simulated: boolean
  target?: Target | null
  last_year?: { value: Figure; simulated?: boolean } | null
  /** Per cent for a concentration, percentage points for a share. */
  year_on_year?: Figure
  better?: 'low' | 'high' | null
  /** Why the figure would not count as a yearly one. */
  short?: Both | null
  levels?: Level[]
  remaining?: { text_zh: string; text_en: string; value?: Figure } | null
  projection?: Projection | null
  valid?: { cities?: number; of_cities?: number; days?: number; of?: number } | null
  trend: TrendPoint[]
  published: PublishedFigure[]
  cities: CityRow[]
  calendar: DayCell[]
  reference?: string | null
  tasks: Task[]
  cases: Task[]
  what_if?: WhatIf | null
}

export interface ClauseRef {
  standard: string
  clause: string
  key: string
  certainty: Certainty
}

export interface Explanation {
  title: Both
  value?: string | null
  unit?: string | null
  formula?: string | null
  clauses?: ClauseRef[]
  inputs?: Explanation[]
  reference?: string | null
  evidence?: string | null
  notes?: Both[]
  simulated?: boolean
}

export interface ExplainAnswer extends Explanation {
  used_by?: { ref: string; title: string; title_en?: string }[]
  law?: { key: string; standard: string; clause: string; certainty?: Certainty }[]
}

export interface NumberedLine {
  n: number
  text: string
}

export interface PacketFields {
  version?: string | null
  crc?: string | null
  crc_ok?: boolean | null
  reason?: string | null
  fields?: Record<string, unknown>
  warnings?: string[]
}

export interface Evidence {
  kind: string
  title: string
  title_en?: string | null
  name?: string | null
  source?: string | null
  licence?: string | null
  simulated?: boolean
  sha256?: string | null
  line?: number | null
  header?: string[] | null
  before?: NumberedLine[] | null
  text: string
  /** Character offsets into `text`. */
  highlight?: [number, number][] | null
  after?: NumberedLine[] | null
  received_at?: string | null
  seq?: number | null
  segment?: string | number | null
  offset?: number | null
  /** `checked`: how many records of the segment were recomputed. */
  chain?: { ok: boolean; checked?: number | null; segment?: number | null; offset?: number | null; fault?: string | null } | null
  packet?: PacketFields | null
}

export interface PacketRow {
  seq: number
  at: string
  mn: string
  name?: string | null
  st?: string | null
  cn?: string | number | null
  version?: string | number | null
  raw: string
  warnings?: string[] | null
  simulated?: boolean
}

export interface Outlet {
  mn: string
  name?: string | null
  division?: string | null
  connected: boolean
  last_at?: string | null
  packets?: number | null
  last_values?: { factor: string; name_zh?: string | null; stat?: string; period?: string; value: Figure; unit?: string | null; mark?: string }[] | null
  simulated?: boolean
}

export interface Packets {
  outlets: { connected: number; registered: number; simulated?: number | boolean }
  rate: { packets_s: Figure; bytes_s?: Figure; p99_ms?: Figure }
  totals: { accepted: number; quarantined: number; duplicates?: number }
  /** The gateway is not running. */
  off?: boolean
  /** Why packets are not taken at the moment, if so. */
  trouble?: string | null
  recent: PacketRow[]
  outlets_list: Outlet[]
}

export interface Quarantined {
  id: number | string
  at: string
  peer?: string | null
  reason: string
  reason_zh?: string | null
  reason_en?: string | null
  detail_zh?: string | null
  detail_en?: string | null
  remedy_zh?: string | null
  remedy_en?: string | null
  raw: string
  qnrtn?: string | number | null
  place?: string | null
  /** Outcome of the last replay. */
  replayed?: { seq: number; ok: boolean; reason?: string | null } | null
}

export interface SearchHit {
  kind: 'sentence' | 'measure' | 'standard' | 'site' | 'division' | string
  id: string
  title: string
  title_en?: string | null
  where?: string | null
  url: string
}
