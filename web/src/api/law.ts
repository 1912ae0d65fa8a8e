// Answers about law: the library, functions, what-if, recording.
import type { Both, Certainty, Explanation, Figure, Level } from './types'

export interface Domain {
  id: string
  title: Both
  standards: number
  keys: number
  doubtful: number
  missing: number
}

export interface StandardRow {
  number: string
  title_zh: string
  title_en: string
  domain: string
  from: string
  to?: string | null
  replaces?: string[] | null
  in_force: boolean
  certainty: Certainty
  source?: string | null
  checked?: string | null
  note_zh?: string | null
  note_en?: string | null
  file?: string | null
  provisions: number
}

export interface Stretched {
  standard: string
  clause: string
  from: string
  to?: string | null
  division: string
}

export interface KeyRow {
  key: string
  domain: string
  title_zh: string
  title_en: string
  versions: number
  in_force: boolean
  certainty: Certainty
  uses: number
  stretches: Stretched[]
}

export interface Library {
  date: string
  domains: Domain[]
  standards: StandardRow[]
  keys: KeyRow[]
}

export interface Table {
  columns: string[]
  rows: string[][]
  /** The columns that together name a row. */
  by?: string[]
}

export interface Provision {
  key: string
  /** Its number. */
  standard: string
  clause: string
  from: string
  to?: string | null
  /** Six digits; empty for the nation. */
  division: string
  certainty: Certainty
  source?: string | null
  title: Both
  note?: Both | null
  /** Unit by column; `*` stands for all others. */
  units?: [string, string][]
  table?: Table | null
}

/** A provision that exists but is not recorded. */
export interface Missing {
  key: string
  domain?: string
  standard: string
  clause: string
  from: string
  to?: string | null
  division: string
  title: Both
  why: Both
  columns: string[]
  uses?: Use[]
}

export interface Use {
  kind: 'function' | 'measure' | 'pack' | 'law'
  id: string
  title_zh: string
  title_en: string
}

export interface StandardDetail {
  standard: StandardRow
  domain?: Domain | null
  provisions: Provision[]
  missing: Missing[]
  replaced_by: string[]
}

export interface LawKey {
  key: string
  date: string
  domain?: Domain | null
  not_in_force?: string | null
  not_in_force_zh?: string | null
  at: Provision | null
  versions: Provision[]
  missing: Missing[]
  uses: Use[]
}

export interface LawChange {
  key: string
  domain: string
  division: string
  before: Provision | null
  after: Provision | null
  cells: { row: string; column: string; before: string | null; after: string | null }[]
}

export interface Side {
  key: string
  by: string[]
  picked: { date: string; division: string; provision: Provision | null }[]
  rows: { name: string[]; column: string; unit: string; values: (string | null)[]; differs: boolean }[]
}

export interface Hit {
  kind: 'standard' | 'key' | 'row' | 'missing'
  standard: string
  key: string
  domain: string
  title: Both
  clause: string
  excerpt: Both
  from: string
  to?: string | null
}

export interface Hits {
  q: string
  more: boolean
  hits: Hit[]
}

export interface Doubt {
  place: 'standard' | 'provision' | 'row'
  certainty: Certainty
  domain: string
  standard: string
  key: string
  clause: string
  title: Both
  row: string
  note: Both
  source: string
  division: string
  from: string
  file: string
  line: number
}

export interface Recorded {
  file: string
  key: string
  standard: string
  clause: string
  from: string
  to?: string | null
  division: string
  title: Both
  source: string
  certainty: Certainty
}

export interface MissingList {
  rows: Missing[]
  recorded: Recorded[]
  dir?: string | null
  standards: { number: string; title_zh: string; title_en: string }[]
}

/** The form of a provision, as the server makes a file of it. */
export interface AdditionForm {
  standard: string
  source: string
  by: string
  checked: string
  key: string
  clause: string
  from: string
  to: string
  division: string
  certainty: string
  title_zh: string
  title_en: string
  note_zh: string
  note_en: string
  unit: string
  name_rows: string[]
  table: string
}

export interface Wrong {
  line?: number | null
  file?: string
  zh: string
  en: string
}

export interface Judged {
  ok: boolean
  text: string
  file?: string | null
  filled?: number
  missing?: number
  errors?: Wrong[]
}

export interface FunctionArg {
  name: string
  kind: string
  unit?: string | null
  required: boolean
  title_zh: string
  title_en: string
  choices?: string[] | null
}

export interface FunctionLaw {
  key: string
  title: Both
  covered: { from: string; to?: string | null }[]
  versions: (Stretched & { certainty: Certainty })[]
  missing: Missing[]
}

export interface FunctionInfo {
  name: string
  room: string
  room_title: Both
  title_zh: string
  title_en: string
  args: FunctionArg[]
  results: { name: string; kind?: string; unit?: string | null }[]
  keys?: string[]
  law: FunctionLaw[]
}

export interface FigureAnswer {
  value: unknown
  columns: Record<string, unknown>
  date?: string
  division?: string
  explanation: Explanation
}

export interface Grade {
  level: number
  value?: string | null
  cause: string
}

export interface ChangedDay {
  unit: string
  day: string
  at: string
  /** `reference` is its explanation; otherwise the observation behind it, and the calculator explains it. */
  explained: boolean
  before: Grade
  after: Grade
  simulated: boolean
  reference: string
  reference_after?: string | null
  args: [string, string][]
}

export interface Tally {
  levels: number[]
  valid: number
  good: number
  ratio: Figure
}

export interface Annual {
  figures: { name: string; value?: string | null }[]
  complies?: string | null
  failing: string
  why: string
}

export interface WhatIfUnit {
  unit: string
  days: number
  before: Tally
  after: Tally
  changed: number
  better: number
  worse: number
  figures_changed: number
  simulated: boolean
  annual?: [Annual, Annual] | null
  whole?: [Whole, Whole] | null
}

/** The grade of a whole period, with what the calculator needs. */
export interface Whole {
  grade: Grade
  function: string
  date: string
  division: string
  args: [string, string][]
}

/** What the parts of an answer are called. */
export type WhatIfWords = Record<'unit' | 'items' | 'at' | 'value' | 'level' | 'cause' | 'good' | 'ratio' | 'whole', Both>

export interface WhatIfAnswer {
  data: string
  from: string
  to: string
  base?: string | null
  other: string
  draft?: string | null
  function: string
  division: string
  words: WhatIfWords
  notes: Both[]
  levels: Level[]
  total: WhatIfUnit
  units: WhatIfUnit[]
  changes: ChangedDay[]
  changes_of: number
  rules: { key: string; title: Both; before: string; after: string }[]
  whole_year: boolean
  simulated: boolean
  names: Record<string, Both>
}

export interface WhatIfChoices {
  data: {
    id: string
    title_zh: string
    title_en: string
    years: { year: number; days: number; simulated: number }[]
    /** Days on which the law behind the data set changes. */
    laws: { from: string; of: string[] }[]
    places: { code: string; name: string; n: number }[]
  }[]
}

export interface Draft {
  id: string
  standard: string
  title: Both
  keys: string[]
  from: string
  /** Keys that no provision of the law has: nothing reads them. */
  unread: string[]
}
