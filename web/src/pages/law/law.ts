// Small readings of provisions that several law pages share.
import type { Both, Provision } from '@/api/types'

export function titleOf(p: Provision): Both {
  return p.title
}

/** Unit of a column: its own, else the one for all others. */
export function columnUnit(p: Provision, column: string): string | null {
  const units = new Map(p.units ?? [])
  if (p.table?.by?.includes(column)) return units.get(column) ?? null
  return units.get(column) ?? units.get('*') ?? null
}

/** No room has this name: the answer holds the rooms and nothing of what stands in them. */
export const ROOMS_ONLY = '-'

export type Force = 'inForce' | 'past' | 'future'

export function force(from: string, to: string | null | undefined, on: string): Force {
  if (on < from) return 'future'
  return to && on > to ? 'past' : 'inForce'
}

const isNumber = /^-?\d+(?:\.\d+)?$/

/** Columns of which every filled cell is a number are set flush right. */
export function numberColumns(rows: readonly string[][], count: number): boolean[] {
  return Array.from({ length: count }, (_, i) => {
    const cells = rows.map((r) => r[i] ?? '').filter((c) => c !== '')
    return cells.length > 0 && cells.every((c) => isNumber.test(c))
  })
}

/** Today in Beijing: the law page's own day when no other is asked for. */
export function today(): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date())
}
