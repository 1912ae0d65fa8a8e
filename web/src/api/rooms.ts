// The answers about rooms: registers, cases, score cards, ledgers.
import type { Both, Explanation } from './types'

export type Kind = 'text' | 'long' | 'number' | 'integer' | 'date' | 'time' | 'bool' | 'code' | 'codes' | 'link' | 'links' | 'division' | 'longitude' | 'latitude' | 'files'
export type Fields = Record<string, unknown>
/** Field → id → name of the record it leads to. */
export type Names = Record<string, Record<string, string>>

export interface Choice { code: string; zh: string; en: string; parent?: string }

export interface Field {
  name: string
  title: Both
  type: Kind
  note: Both
  required: boolean
  unique: boolean
  unit: string | null
  digits: number | null
  min: string | null
  max: string | null
  length: number | null
  pattern: string | null
  /** Room that a link leads into: `register:pack/name`, `case:pack/name`. */
  to: string | null
  default: string | null
  personal: boolean
  column: boolean
  choices?: Choice[]
}

export type PartKind = 'register' | 'case' | 'score' | 'ledger'
export interface Part { kind: PartKind; id: string; title: Both; note: Both; may: boolean }
export interface PackInfo { id: string; title: Both; note: Both; rows: string[]; parts: Part[]; page: boolean }
export interface PackFault { file: string; line: number; words: Both }
export interface Index { packs: PackInfo[]; faults: PackFault[] | null; person: boolean }

export interface RoomFigure { title: Both; of: string; field: string | null; is: string[]; overdue: boolean; value?: string; simulated?: boolean; denied?: boolean }
export interface Bar { title: Both; value: string; n: number }
export type RoomBlock =
  | { kind: 'text'; words: Both }
  | { kind: 'figures'; title: Both; figures: RoomFigure[] }
  | { kind: 'chart'; title: Both; chart: { of: string; by: string; bars?: Bar[]; denied?: boolean } }
  | { kind: 'register' | 'map' | 'cases' | 'score' | 'ledger'; part: Part }
export interface Room { id: string; title: Both; note: Both; rows: string[]; blocks: RoomBlock[]; parts: Part[] }

export interface RegisterSchema {
  id: string
  pack: string
  title: Both
  note: Both
  label: 'public' | 'internal' | 'sensitive'
  key: string | null
  name: string
  state: string | null
  table: string
  fields: Field[]
  hidden: string[]
  may: string[]
  source: string
}

export interface Row { id: string; version: number; at: number; simulated: boolean; gone?: boolean; fields: Fields }
export interface Page<R> { rows: R[]; names: Names; next: string | null; count: number | null }
export interface OneRecord extends Row { names: Names; title: string | null; hidden: string[] }
export interface Step { seq: number; version: number; at: number; actor: string; reason: string; kind: string; request: string | null; moved: { field: string; from: unknown; to: unknown }[] }
export interface LinkRow { link: { room: string; id: string; field: string; name: string }; title: Both }
export interface Saved { id: string; version: number; changed: boolean }

export interface Filter { field: string; op: 'eq' | 'ne' | 'has' | 'ge' | 'le' | 'empty'; value: string }
export interface SavedView { name: string; columns: string[]; filters: (Filter & { numeric?: boolean })[]; sort: string | null; descending: boolean; shared: boolean }
export interface ViewRow { mine: boolean; owner: string; view: SavedView }

export interface CellFault { row: number; column: string; field: string; cell: string; words: Both }
export interface ImportReport { rows: number; added: number; changed: number; same: number; refused: number; kept: boolean; faults: CellFault[]; batch: string }

export interface Attached { hash: string; name: string; bytes: number }
export interface PaperNeed { id: string; title: Both; least: number }
export interface Offer { id: string; title: Both; to: string | null; not: Both | null; fields: string[]; missing: string[]; papers: PaperNeed[]; reason: boolean; bulk: boolean }
export interface MoveInfo { id: string; title: Both; from: string[]; to: string | null; roles: string[]; paper: PaperNeed[] }
export interface StateInfo { id: string; title: Both; end: boolean; published: boolean; suspends: boolean }
export interface SheetInfo { id: string; title: Both; columns: string[] }
export interface ProcedureSchema {
  id: string
  pack: string
  title: Both
  note: Both
  label: string
  name: string
  division: string | null
  fields: Field[]
  states: StateInfo[]
  moves: MoveInfo[]
  sheets: SheetInfo[]
  roles: Record<string, Both>
  basis: string[]
  openers: Offer[]
  hidden: string[]
  may: string[]
}

export type TermState = 'running' | 'suspended' | 'missed' | 'met' | 'late' | 'moot'
export interface Term {
  id: string
  title: Both
  from: string
  by: string | null
  state: TermState
  done: string | null
  days_left: number | null
  count: string
  light: string | null
  basis: string
  provisional: boolean
  extended: number
  why: Both | null
  explanation: Explanation | null
}
export interface Lamp { colour: string | null; word: Both; explanation?: Explanation }
export interface CaseRow extends Row {
  state: string
  light: Lamp
  due: { title: Both; by: string; days_left: number | null; count: string; light: string | null; state: TermState; provisional: boolean } | null
  division: string
  ended: boolean
}
export interface CaseStep { no: number; move: string; to: string; day: string; by: string; reason: string; fields: Fields; files: Record<string, Attached[]> }
export interface OneCase extends CaseRow {
  title: string | null
  names: Names
  hidden: string[]
  steps: CaseStep[]
  terms: Term[]
  standing: { milestones: { no: number; by: string; weight: string; words: string; reported: string | null; accepted: string | null }[]; done: string; planned: string } | null
  offers: Offer[]
  log: { seq: number; version: number; at: number; actor: string; kind: string; reason: string; hash: string }[]
}
export interface CalendarRow { procedure: string; title: Both; case: string; name: string; state: Both; division: string; term: Term }

export interface ScoreItem { id: string; parent: string | null; title: Both; weight: string | null; source: unknown; scoring: { kind: string; zero?: string; full?: string; points?: Record<string, string> } | null; unit: string | null; clause: string | null; certainty: string | null }
export interface Card {
  id: string
  title: Both
  note: Both
  basis: Both
  certainty: 'certain' | 'likely' | 'uncertain'
  subject: string
  fields: Field[]
  item: ScoreItem[]
  veto: { id: string; title: Both; grade: string; clause: string | null }[]
  band: { id: string; title: Both; from: string; colour: string | null }[]
  may: string[]
}
export interface Scored { id: string; title: Both; value: string | null; points: string | null; weight: string | null; lost: string | null }
export interface Evaluation {
  subject: { id: string; division: string; from: string; to: string }
  points: string | null
  known: [string, string]
  by_points: string | null
  grade: string | null
  title: Both | null
  colour: string | null
  items: Scored[]
  vetoes: { id: string; title: Both; grade: string }[]
  explanation: Explanation
}
export interface Simulation { now: Evaluation; then: Evaluation; difference: string | null; changed: [string, string | null, string | null][] }
export interface ResultRow { id: string; version: number; at: number; subject: string; name: string | null; from: string; to: string; state: string; points: string | null; grade: string | null; title: Both | null; colour: string | null; simulated: boolean }

export interface LedgerInfo {
  id: string
  title: Both
  note: Both
  unit: { id: string; title: Both; unit: string; digits: number }[]
  account: { id: string; title: Both; holder: string; expires: boolean; below_zero: boolean }[]
  template: { id: string; title: Both; papers: string[]; line: { account: string; holder: string | null; sign: string; amount: string }[]; until: string | null }[]
  posts: string[]
  may: string[]
}
export interface Trial {
  day: string
  accounts: { account: string; kind: string; holder: string; unit: string; balance: string }[]
  totals: { unit: string; plus: string; minus: string; balanced: boolean }[] | null
  names: Record<string, string>
  part: boolean
}
export interface Entry { id: string; template: string; day: string; unit: string; lines: { account: string; class: string; amount: string }[]; params: Record<string, string>; papers: Record<string, string>; posted: number; reverses: string | null; reversed_by: string | null }
export interface Statement {
  statement: { account: string; title: Both; holder: string; unit: string; opening: string; flows: { day: string; entry: string; template: string; title: Both; class: string; amount: string; balance: string; posted: number }[]; closing: string; classes: Record<string, string> }
  from: string
  to: string
  names: Record<string, string>
}

/** `pack/name` → path of its API. */
export const at = (kind: PartKind, id: string, rest = ''): string => `/rooms/${kind}/${id}${rest}`
export const MASK = '＊＊＊'

const NUMBERS: Kind[] = ['number', 'integer', 'longitude', 'latitude']
export const isNumber = (f: Field): boolean => NUMBERS.includes(f.type)
export const isMany = (f: Field): boolean => f.type === 'codes' || f.type === 'links' || f.type === 'files'

/** A value in the reader's language: words for codes, names for links. */
export function shown(f: Field | undefined, value: unknown, names: Names, lang: string): string {
  if (value === null || value === undefined || value === '') return ''
  if (Array.isArray(value)) return f?.type === 'files' ? String(value.length) : value.map((v) => shown(f, v, names, lang)).join(lang === 'en' ? ', ' : '、')
  if (typeof value === 'boolean') return lang === 'en' ? (value ? 'yes' : 'no') : value ? '是' : '否'
  const text = String(value)
  if (!f || text === MASK) return text
  const choice = f.choices?.find((c) => c.code === text)
  if (choice) return (lang === 'en' && choice.en) || choice.zh
  return names[f.name]?.[text] || text
}
