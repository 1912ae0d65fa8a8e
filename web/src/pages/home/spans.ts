// A sentence cut at the words its measures quote. Offsets of the API count code points.
import type { LightName, Span } from '@/api/types'

export interface Part {
  text: string
  measure: string | null
  light: LightName | null
}

/** The parts joined are the sentence again. Spans that overlap an earlier one, or leave the text, are cut to fit. */
export function splitSpans(text: string, spans: readonly Span[]): Part[] {
  const chars = [...text]
  const out: Part[] = []
  let at = 0
  for (const span of [...spans].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const start = Math.max(at, span.start)
    const end = Math.min(chars.length, span.end)
    if (end <= start) continue
    if (start > at) out.push({ text: chars.slice(at, start).join(''), measure: null, light: null })
    out.push({ text: chars.slice(start, end).join(''), measure: span.measure, light: span.light })
    at = end
  }
  if (at < chars.length) out.push({ text: chars.slice(at).join(''), measure: null, light: null })
  return out
}
