import { describe, expect, it } from 'vitest'
import { csvCells, marked, splitReference } from '@/pages/evidence/reference'

describe('evidence references', () => {
  it('part with their column', () => {
    expect(splitReference('file:ab#L12?column=pm25')).toEqual({ ref: 'file:ab#L12', column: 'pm25' })
    expect(splitReference('packet:88&column=a34004')).toEqual({ ref: 'packet:88', column: 'a34004' })
    expect(splitReference('packet:88')).toEqual({ ref: 'packet:88' })
  })
})

describe('marked', () => {
  it('marks the field and loses nothing', () => {
    const bits = marked('a,104,b', [[2, 5]])
    expect(bits).toEqual([{ text: 'a,', hit: false }, { text: '104', hit: true }, { text: ',b', hit: false }])
    expect(marked('', [[0, 4]])).toEqual([{ text: '', hit: false }])
  })
})

describe('csvCells', () => {
  it('honours quotes', () => {
    expect(csvCells('a,"b,""c""",,d')).toEqual(['a', 'b,"c"', '', 'd'])
  })
})
