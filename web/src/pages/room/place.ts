// Where a part of a pack has its page.
import type { LocationQueryRaw, RouteLocationRaw } from 'vue-router'
import type { PartKind } from '@/api/rooms'

const PAGES: Record<PartKind, string> = { register: 'register', case: 'cases', score: 'score', ledger: 'ledger' }

/** Page of `pack/name`. */
export function place(kind: PartKind, id: string, query: LocationQueryRaw = {}): RouteLocationRaw {
  const [pack = '', of = ''] = id.split('/')
  return { name: PAGES[kind], params: { pack, of }, query }
}

/** Page of a room `register:pack/name` or `case:pack/name`, or of one record in it. */
export function roomPlace(room: string, id?: string, query: LocationQueryRaw = {}): RouteLocationRaw {
  const [kind = 'register', name = ''] = room.split(':')
  const [pack = '', of = ''] = name.split('/')
  if (kind === 'case' && id) return { name: 'case', params: { pack, of, id }, query }
  return place(kind as PartKind, name, id ? { ...query, r: id } : query)
}
