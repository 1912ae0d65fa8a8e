// What the reader looks at: the data day, the law by which it is judged, the language. All of it stands in the address
// (language also in the browser), so that a link shows another reader the same page.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { LocationQueryRaw, RouteLocationNormalized } from 'vue-router'

export type Lang = 'zh' | 'en'

const DAY = /^\d{4}-\d{2}-\d{2}$/

function day(value: unknown): string | null {
  return typeof value === 'string' && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : null
}

export const useView = defineStore('view', () => {
  /** `null`: the day at which the plan opens. */
  const date = ref<string | null>(null)
  /** `null`: each day by the law in force on it. */
  const lawOf = ref<string | null>(null)

  const query = computed(() => ({ date: date.value, law_of: lawOf.value }))

  /** Takes over what an address says. */
  function follow(to: RouteLocationNormalized): void {
    date.value = day(to.query.date)
    lawOf.value = day(to.query.law_of)
  }

  /** The part of an address that carries the view from page to page. */
  function carried(): LocationQueryRaw {
    const out: LocationQueryRaw = {}
    if (date.value) out.date = date.value
    if (lawOf.value) out.law_of = lawOf.value
    return out
  }

  return { date, lawOf, query, follow, carried }
})
