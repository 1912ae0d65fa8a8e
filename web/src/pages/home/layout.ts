// Where the margin notes stand: each as near as possible to the words it belongs to, in order, without overlap.

export interface Wanted {
  /** Where the note's top would like to be, px. */
  want: number
  height: number
}

/**
 * Tops in the order given (which must be the reading order). Notes that would overlap form a run; a run moves as one to
 * the place with the least sum of squared distances, which is the mean of what its notes want less the heights above
 * them (pool adjacent violators). No note rises above `top`.
 */
export function layoutNotes(notes: readonly Wanted[], gap: number, top = 0): number[] {
  interface Run {
    from: number
    count: number
    /** Sum of (want − offset inside the run). */
    sum: number
    height: number
  }
  const runs: Run[] = []
  const place = (run: Run): number => Math.max(top, run.sum / run.count)
  notes.forEach((note, index) => {
    let run: Run = { from: index, count: 1, sum: note.want, height: note.height }
    for (let above = runs.at(-1); above && place(above) + above.height + gap > place(run); above = runs.at(-1)) {
      runs.pop()
      const shift = above.height + gap
      run = {
        from: above.from,
        count: above.count + run.count,
        sum: above.sum + run.sum - shift * run.count,
        height: above.height + gap + run.height,
      }
    }
    runs.push(run)
  })
  const tops: number[] = []
  for (const run of runs) {
    let y = place(run)
    for (let i = run.from; i < run.from + run.count; i += 1) {
      tops.push(y)
      y += (notes[i]?.height ?? 0) + gap
    }
  }
  return tops
}
