// How codes and decimals are written on a page. Digits are never recomputed here: a figure is shown as it came.
import type { Figure } from './api/types'

const UNITS: Record<string, { zh: string; en: string }> = {
  'ug/m3': { zh: 'µg/m³', en: 'µg/m³' },
  'mg/m3': { zh: 'mg/m³', en: 'mg/m³' },
  'mg/l': { zh: 'mg/L', en: 'mg/L' },
  count: { zh: '个', en: '' },
  个: { zh: '个', en: '' },
  days: { zh: '天', en: 'days' },
  day: { zh: '天', en: 'days' },
}

export function unitLabel(unit: string | null | undefined, lang: string): string {
  if (!unit) return ''
  const known = UNITS[unit.toLowerCase()]
  return known ? known[lang === 'en' ? 'en' : 'zh'] : unit
}

// Names of factors, both as the functions call them and as HJ 212 codes them.
const FACTORS: Record<string, string> = {
  so2: 'SO₂', no2: 'NO₂', co: 'CO', o3: 'O₃', o3_8h: 'O₃ 8h', o3_1h: 'O₃ 1h', pm10: 'PM10', pm2_5: 'PM2.5', pm25: 'PM2.5', nox: 'NOx',
  a21026: 'SO₂', a21004: 'NO₂', a21005: 'CO', a05024: 'O₃', a34002: 'PM10', a34004: 'PM2.5', a21002: 'NOx', a34013: 'PM', a19001: 'O₂ %',
}

export function factorLabel(code: string): string {
  return FACTORS[code.toLowerCase()] ?? code
}

export function factorsLabel(codes: string | string[] | null | undefined): string {
  if (!codes) return ''
  const list = Array.isArray(codes) ? codes : codes.split(/[+,、 ]+/)
  return list.filter(Boolean).map(factorLabel).join('、')
}

/** A figure as text; an em dash where there is none. A true minus sign, digits as they came. */
export function show(value: Figure): string {
  if (value === null || value === undefined || value === '') return '—'
  return String(value).replace(/^-/, '−')
}

/** A reason without the words “no data yet” that stand before it already. */
export function bareReason(text: string): string {
  return text.replace(/(?:尚无数据|no data yet)[::]\s*/gi, '')
}

/** For drawing only. */
export function num(value: Figure): number | null {
  if (value === null || value === undefined || value === '') return null
  const out = Number(value)
  return Number.isFinite(out) ? out : null
}

export function signed(value: Figure): string {
  const n = num(value)
  if (n === null) return '—'
  return n > 0 ? `+${show(value)}` : show(value)
}

/** Whole numbers with separators (counters, bytes), never a measured value. */
export function grouped(value: Figure): string {
  const n = num(value)
  return n === null ? '—' : n.toLocaleString('en-US', { maximumFractionDigits: 1 })
}

export function bytes(value: Figure): string {
  const n = num(value)
  if (n === null) return '—'
  if (n < 1024) return `${Math.round(n)} B`
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(1)} kB`
  return `${(n / 1024 / 1024).toFixed(1)} MB`
}

const BEIJING = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
})

/** A moment in Beijing time, whatever the reader's zone. Accepts text with or without a zone, epoch seconds or milliseconds. */
export function moment(at: string | number | null | undefined): string {
  if (at === null || at === undefined || at === '') return '—'
  // Text without a zone is Beijing time already: that is how the server writes it.
  if (typeof at === 'string' && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(at)) return at.replace('T', ' ').slice(0, 19)
  const raw = typeof at === 'number' ? (at < 1e11 ? at * 1000 : at) : Date.parse(at)
  return Number.isNaN(raw) ? String(at) : BEIJING.format(raw)
}

export function clock(at: string | number | null | undefined): string {
  const whole = moment(at)
  return whole.length >= 19 ? whole.slice(11) : whole
}

/** Signed difference of two figures written with the same decimals; computed on scaled integers, not floats. */
export function difference(a: Figure, b: Figure): string | null {
  const left = scaled(a)
  const right = scaled(b)
  if (!left || !right) return null
  const places = Math.max(left.places, right.places)
  const d = left.digits * 10n ** BigInt(places - left.places) - right.digits * 10n ** BigInt(places - right.places)
  const sign = d < 0n ? '−' : d > 0n ? '+' : ''
  const text = (d < 0n ? -d : d).toString().padStart(places + 1, '0')
  return sign + (places ? `${text.slice(0, -places)}.${text.slice(-places)}` : text)
}

function scaled(value: Figure): { digits: bigint; places: number } | null {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value ?? ''))
  if (!found) return null
  const [, sign, whole, part = ''] = found
  const digits = BigInt(`${whole}${part}`)
  return { digits: sign ? -digits : digits, places: part.length }
}

/** Last part of an address, for a source link. */
export function host(url: string | null | undefined): string {
  if (!url) return ''
  try {
    return new URL(url).host
  } catch {
    return url
  }
}
