import { describe, expect, it } from 'vitest'
import { lawDay, withLaw } from '@/pages/explain/reference'

describe('the law of a REF', () => {
  it('is added, replaced and left alone', () => {
    expect(withLaw('city-day:340100/2024-03-11', null)).toBe('city-day:340100/2024-03-11')
    expect(withLaw('city-day:340100/2024-03-11', '2026-03-01')).toBe('city-day:340100/2024-03-11?law_of=2026-03-01')
    expect(withLaw('measure:0.1?date=2024-05-13&law_of=2016-01-01', '2026-03-01')).toBe('measure:0.1?date=2024-05-13&law_of=2026-03-01')
  })

  it('is that of the last day it names unless it says otherwise', () => {
    expect(lawDay('obs:1270A/a34004/1h/2024-03-11T14:00')).toBe('2024-03-11')
    expect(lawDay('measure:0.1?date=2024-05-13')).toBe('2024-05-13')
    expect(lawDay('city-day:340100/2024-03-11?law_of=2026-03-01')).toBe('2026-03-01')
    expect(lawDay('measure:0.1')).toBeNull()
  })
})
