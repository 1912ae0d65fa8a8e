// One time axis for all rows of a table, so that what began together stands together.
import { today } from './law'

export interface Axis {
  bar: (from: string, to?: string | null) => { left: string; width: string }
  day: number
  today: number
  years: { year: number; at: number }[]
}

const YEAR_MS = 365 * 86_400_000

export function axisOf(stretches: { from: string; to?: string | null }[], on: string): Axis {
  const times = (list: (string | null | undefined)[]) => list.map((d) => (d ? Date.parse(d) : NaN)).filter((n) => !Number.isNaN(n))
  const starts = times([...stretches.map((s) => s.from), on])
  const low = Math.min(...starts)
  const high = Math.max(Date.parse(today()), ...starts, ...times(stretches.map((s) => s.to))) + YEAR_MS
  const x = (iso: string | null | undefined): number => (iso ? Math.min(100, Math.max(0, ((Date.parse(iso) - low) / (high - low)) * 100)) : 100)
  const first = new Date(low).getUTCFullYear() + 1
  const last = new Date(high).getUTCFullYear()
  const step = last - first > 24 ? 10 : last - first > 10 ? 5 : 2
  const years = []
  for (let year = Math.ceil(first / step) * step; year <= last; year += step) years.push({ year, at: x(`${year}-01-01`) })
  return {
    bar: (from, to) => ({ left: `${x(from)}%`, width: `${Math.max(0.8, x(to) - x(from))}%` }),
    day: x(on),
    today: x(today()),
    years,
  }
}
