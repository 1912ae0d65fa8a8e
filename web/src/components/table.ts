// Columns of a table, shared by the plain and the virtual one.
import type { RouteLocationRaw } from 'vue-router'

export interface Column<Row> {
  key: string
  title: string
  /** Printed small after the title: units stand in the header, never in the cells. */
  unit?: string
  number?: boolean
  sort?: boolean
  width?: number
  /** Plain text of a cell; a slot `cell-<key>` may draw it otherwise. */
  text: (row: Row) => string
  /** What to sort by; the text if absent. */
  by?: (row: Row) => number | string | null
  /** Where the cell leads: the explanation of what it shows. */
  link?: (row: Row) => RouteLocationRaw | null
}

export interface Order {
  key: string
  down: boolean
}

/** Rows in order; empty cells always last. */
export function ordered<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: Order | null): Row[] {
  const column = order && columns.find((c) => c.key === order.key)
  if (!order || !column) return [...rows]
  const by = column.by ?? ((row: Row) => column.text(row))
  const sign = order.down ? -1 : 1
  return [...rows].sort((a, b) => {
    const x = by(a)
    const y = by(b)
    if (x === null || x === '') return y === null || y === '' ? 0 : 1
    if (y === null || y === '') return -1
    if (typeof x === 'number' && typeof y === 'number') return (x - y) * sign
    return String(x).localeCompare(String(y), 'zh-CN', { numeric: true }) * sign
  })
}
