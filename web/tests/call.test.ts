import { describe, expect, it } from 'vitest'
import type { FunctionInfo } from '../src/api/types'
import { axisOf } from '../src/pages/law/axis'
import { commandOf, sqlOf } from '../src/pages/calc/call'

const arg = (name: string, required = true) => ({ name, kind: 'text', required, title_zh: '', title_en: '' })
const info = { name: 'air.aqi.daily', args: [arg('so2'), arg('o3_1h', false), arg('note', false)] } as unknown as FunctionInfo

describe('one call on other doors', () => {
  it('leaves out what is not given, at the end only', () => {
    expect(sqlOf({ info, args: { so2: '9' }, date: '', division: '', draft: '' })).toBe("SELECT air_aqi_daily('9')")
    expect(sqlOf({ info, args: { so2: '9', note: "it's" }, date: '', division: '', draft: '' })).toBe("SELECT air_aqi_daily('9', NULL, 'it''s')")
    expect(sqlOf({ info, args: { so2: '9' }, date: '2024-03-11', division: '', draft: '' })).toBe("SELECT air_aqi_daily('9', NULL, NULL, '2024-03-11')")
  })
  it('quotes for the shell what needs it', () => {
    expect(commandOf({ info, args: { so2: '9', note: "1 2 it's" }, date: '2024-03-11', division: '340100', draft: '' })).toBe(
      "qingshan figure air.aqi.daily so2=9 note='1 2 it'\\''s' --date 2024-03-11 --division 340100",
    )
  })
})

describe('the time axis', () => {
  it('puts the earliest day at the left and what goes on to the right end', () => {
    const axis = axisOf([{ from: '2000-01-01', to: '2009-12-31' }, { from: '2010-01-01', to: null }], '2010-01-01')
    expect(axis.bar('2000-01-01', '2009-12-31').left).toBe('0%')
    const open = axis.bar('2010-01-01', null)
    expect(parseFloat(open.left) + parseFloat(open.width)).toBeCloseTo(100)
    expect(parseFloat(open.left)).toBeCloseTo(axis.day)
  })
})
