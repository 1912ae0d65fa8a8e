import { describe, expect, it } from 'vitest'
import { layoutNotes } from '@/pages/home/layout'
import { splitSpans } from '@/pages/home/spans'

describe('splitSpans', () => {
  it('cuts at code points and loses nothing', () => {
    const text = '𠮷浓度36.8微克以下,比率高于82.1%;'
    const parts = splitSpans(text, [
      { start: 11, end: 20, measure: 'b', light: 'amber' },
      { start: 1, end: 9, measure: 'a', light: 'red' },
    ])
    expect(parts.map((p) => p.text).join('')).toBe(text)
    expect(parts.filter((p) => p.measure).map((p) => [p.measure, p.text])).toEqual([
      ['a', '浓度36.8微克'],
      ['b', ',比率高于82.1'],
    ])
  })

  it('cuts overlapping spans and spans past the end to fit', () => {
    const parts = splitSpans('abcdef', [
      { start: 0, end: 4, measure: 'a', light: 'green' },
      { start: 2, end: 99, measure: 'b', light: 'none' },
      { start: 7, end: 9, measure: 'c', light: 'none' },
    ])
    expect(parts.map((p) => [p.text, p.measure])).toEqual([['abcd', 'a'], ['ef', 'b']])
  })

  it('gives the whole sentence where nothing is quoted', () => {
    expect(splitSpans('尚无数据。', [])).toEqual([{ text: '尚无数据。', measure: null, light: null }])
  })
})

describe('layoutNotes', () => {
  it('leaves notes where they want to be if there is room', () => {
    expect(layoutNotes([{ want: 10, height: 20 }, { want: 100, height: 20 }], 8)).toEqual([10, 100])
  })

  it('centres a crowded run around what its notes want', () => {
    const tops = layoutNotes([{ want: 300, height: 40 }, { want: 300, height: 40 }, { want: 300, height: 40 }], 10)
    expect(tops).toEqual([250, 300, 350])
  })

  it('never overlaps, keeps the order, and never rises above the top', () => {
    let seed = 7
    const next = () => (seed = (seed * 16807) % 2147483647) / 2147483647
    for (let round = 0; round < 200; round += 1) {
      const notes = Array.from({ length: 1 + Math.floor(next() * 12) }, () => ({ want: next() * 600, height: 20 + next() * 60 }))
      notes.sort((a, b) => a.want - b.want)
      const tops = layoutNotes(notes, 10, 5)
      expect(tops[0]).toBeGreaterThanOrEqual(5)
      for (let i = 1; i < tops.length; i += 1) {
        expect(tops[i]! + 1e-6).toBeGreaterThanOrEqual(tops[i - 1]! + notes[i - 1]!.height + 10)
      }
    }
  })
})
