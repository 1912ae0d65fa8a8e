import { describe, expect, it } from 'vitest'
import { difference, factorsLabel, moment, show, unitLabel } from '@/format'

describe('figures on the page', () => {
  it('keep their digits', () => {
    expect(show('36.0')).toBe('36.0')
    expect(show('-1.50')).toBe('−1.50')
    expect(show(null)).toBe('—')
  })

  it('differ exactly, not as binary floats', () => {
    expect(difference('0.3', '0.1')).toBe('+0.2')
    expect(difference('37.4', '38')).toBe('−0.6')
    expect(difference('36.8', '36.8')).toBe('0.0')
    expect(difference('—', '1')).toBeNull()
  })

  it('carry units and names as printed', () => {
    expect(unitLabel('ug/m3', 'zh')).toBe('µg/m³')
    expect(unitLabel('count', 'zh')).toBe('个')
    expect(factorsLabel('pm2_5+o3_8h')).toBe('PM2.5、O₃ 8h')
  })

  it('tell Beijing time whatever the zone of the reader', () => {
    expect(moment('2024-03-11T15:00:02Z')).toBe('2024-03-11 23:00:02')
    expect(moment('2024-03-11 15:00:02.417')).toBe('2024-03-11 15:00:02')
    expect(moment(1710169202)).toBe('2024-03-11 23:00:02')
  })
})
