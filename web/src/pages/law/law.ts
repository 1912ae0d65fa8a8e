// Small readings of provisions that several law pages share.
import type { Both, Provision, StandardRow } from '@/api/types'

export function standardNumber(p: Provision): string {
  return typeof p.standard === 'string' ? p.standard : (p.standard.number ?? '')
}

export function standardOf(p: Provision): Partial<StandardRow> {
  return typeof p.standard === 'string' ? { number: p.standard } : p.standard
}

export function titleOf(p: Provision): Both {
  return p.title ?? { zh: p.title_zh ?? '', en: p.title_en ?? p.title_zh ?? '' }
}

/** Dates of a provision: its own, else its standard's. */
export function span(p: Provision): { from: string; to: string | null } {
  const s = standardOf(p)
  return { from: p.from ?? s.from ?? '', to: p.to ?? s.to ?? null }
}

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
