// `file:<sha256>#L12` and `packet:<seq>` may carry `&column=pm25` (or `?column=`): the field to point at.

export function splitReference(reference: string): { ref: string; column?: string } {
  const at = reference.search(/[?&]/)
  if (at < 0) return { ref: reference }
  const column = new URLSearchParams(reference.slice(at + 1)).get('column')
  return column ? { ref: reference.slice(0, at), column } : { ref: reference }
}

export interface Bit {
  text: string
  hit: boolean
}

/** Text cut at the highlighted ranges (code points); joined it is the text again. */
export function marked(text: string, ranges: readonly (readonly [number, number])[] | null | undefined): Bit[] {
  const chars = [...text]
  const out: Bit[] = []
  let at = 0
  for (const [start, end] of [...(ranges ?? [])].sort((a, b) => a[0] - b[0])) {
    const from = Math.max(at, start)
    const to = Math.min(chars.length, end)
    if (to <= from) continue
    if (from > at) out.push({ text: chars.slice(at, from).join(''), hit: false })
    out.push({ text: chars.slice(from, to).join(''), hit: true })
    at = to
  }
  if (at < chars.length || !out.length) out.push({ text: chars.slice(at).join(''), hit: false })
  return out
}

/** Cells of a CSV line: quotes are honoured, nothing is trimmed. */
export function csvCells(line: string): string[] {
  const out: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < line.length; i += 1) {
    const c = line[i]
    if (quoted) {
      if (c === '"' && line[i + 1] === '"') {
        cell += '"'
        i += 1
      } else if (c === '"') quoted = false
      else cell += c
    } else if (c === '"') quoted = true
    else if (c === ',') {
      out.push(cell)
      cell = ''
    } else cell += c
  }
  out.push(cell)
  return out
}
