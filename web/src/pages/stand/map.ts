// What both drawings of the map share: shades by value, the place of a label, whether the browser can do WebGL.
import type { Feature, Position } from 'geojson'

/** Even steps of one hue, so that it cannot be read as good or bad; the darkest still carries black letters. */
const STEPS = ['#f0f2ed', '#dfe7e0', '#cbdad0', '#b4cabd', '#99b6a6', '#7da08e']

export interface Shades {
  steps: string[]
  low: number | null
  high: number | null
  of: (value: number | null) => string | null
}

export function shades(values: (number | null)[]): Shades {
  const known = values.filter((v) => v !== null)
  if (!known.length) return { steps: STEPS, low: null, high: null, of: () => null }
  const low = Math.min(...known)
  const high = Math.max(...known)
  const width = high - low || 1
  return {
    steps: STEPS,
    low,
    high,
    of: (v) => (v === null ? null : (STEPS[Math.min(STEPS.length - 1, Math.floor(((v - low) / width) * STEPS.length))] ?? null)),
  }
}

export function hasWebGl(): boolean {
  try {
    return !!document.createElement('canvas').getContext('webgl2')
  } catch {
    return false
  }
}

/** Outer and inner rings of a feature, whatever its kind. */
export function rings(feature: Feature): Position[][] {
  const shape = feature.geometry
  if (shape.type === 'Polygon') return shape.coordinates
  if (shape.type === 'MultiPolygon') return shape.coordinates.flat()
  return []
}

/** Centre of mass of the largest ring: where the label goes. */
export function centre(feature: Feature): [number, number] {
  let best: [number, number] = [0, 0]
  let most = -1
  for (const ring of rings(feature)) {
    let area = 0
    let x = 0
    let y = 0
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [ax = 0, ay = 0] = ring[i] ?? []
      const [bx = 0, by = 0] = ring[i + 1] ?? []
      const cross = ax * by - bx * ay
      area += cross
      x += (ax + bx) * cross
      y += (ay + by) * cross
    }
    if (Math.abs(area) > most && area !== 0) {
      most = Math.abs(area)
      best = [x / (3 * area), y / (3 * area)]
    }
  }
  return best
}

export function bounds(features: Feature[]): [number, number, number, number] {
  let box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const feature of features) {
    for (const ring of rings(feature)) {
      for (const [x = 0, y = 0] of ring) box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)]
    }
  }
  return box
}

export function codeOf(feature: Feature): string {
  return String(feature.properties?.code ?? '')
}

export function nameOf(feature: Feature): string {
  return String(feature.properties?.name ?? '').replace(/市$/, '')
}
