// What the tables of records and cases share.
import { computed, type ComputedRef } from 'vue'
import type { Field, Names, Row } from '@/api/rooms'
import { isNumber, shown } from '@/api/rooms'
import type { Column } from '@/components/table'
import { useSay } from '@/i18n'

/** Columns of fields, in the reader's language. */
export function useFieldColumns(fields: () => Field[], names: () => Names): ComputedRef<Column<Row>[]> {
  const { both, locale } = useSay()
  return computed(() =>
    fields().map((f) => ({
      key: f.name,
      title: both(f.title),
      unit: f.unit ?? undefined,
      number: isNumber(f),
      width: f.type === 'long' ? 260 : isNumber(f) ? 110 : f.type === 'date' || f.type === 'bool' ? 110 : 170,
      text: (row: Row) => shown(f, row.fields[f.name], names(), locale.value),
    })),
  )
}

/** Which fields stand in the table before the reader chooses: those the file marks, else the first six. */
export function firstColumns(fields: Field[], name: string): string[] {
  const marked = fields.filter((f) => f.column || f.name === name).map((f) => f.name)
  return marked.length > 1 ? marked : fields.slice(0, 6).map((f) => f.name)
}
