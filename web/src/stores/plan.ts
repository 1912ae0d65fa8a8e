// The plan with its stands: read once a view, shared by the header, the home page and the panel.
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { Plan } from '@/api/types'
import { useAnswer } from '@/api/use'
import { useView } from './view'

export const usePlan = defineStore('plan', () => {
  const view = useView()
  const { data, error, pending, reload } = useAnswer<Plan>(() => ({ path: '/plan', query: view.query }))
  /** Sentences in reading order. */
  const order = computed(() =>
    (data.value?.blocks ?? []).flatMap((b) => b.pieces.flatMap((p) => (p.sentence ? [p.sentence] : []))),
  )
  return { plan: data, error, pending, reload, order }
})
