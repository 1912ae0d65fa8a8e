// The answers about who is there and who may what.
import type { Both } from './types'

export interface SessionState {
  person: { id: string; title: string; roles: { id: string; title: Both }[]; divisions: string[]; owners: string[]; must: 'change_password' | 'second_factor' | null } | null
  csrf: string | null
  /** Milliseconds UTC. */
  ends: number | null
  idle_ends: number | null
  /** Whoever sits at this machine may look around without signing in. */
  open: boolean
  demo: { id: string; password: string; title: string; roles: Both[] }[]
  /** Matter → actions. */
  may: Record<string, string[]>
  password: { least_length: number; kinds: number; change_days: number }
}

export interface AccountRow {
  id: string
  version: number
  title: string
  roles: string[]
  divisions: string[]
  owners: string[]
  active: boolean
  locked: number
  second_factor: boolean
  signed_in: number
  demo: boolean
}

export interface RoleInfo {
  id: string
  kind: string
  title: Both
  note: Both
}

export interface AuditLine {
  seq: number
  at: number
  actor: string
  room: string
  id: string
  kind: string
  reason: string
  fields: string[]
  hash: string
}
