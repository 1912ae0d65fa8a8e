// Changes of the view go through the address, so that back and forward and links work.
import { useRoute, useRouter } from 'vue-router'
import { useView } from '@/stores/view'

export function useSetView() {
  const view = useView()
  const route = useRoute()
  const router = useRouter()

  async function set(change: { date?: string | null; lawOf?: string | null }): Promise<void> {
    if (change.date !== undefined) view.date = change.date
    if (change.lawOf !== undefined) view.lawOf = change.lawOf
    await router.replace({ query: { ...route.query, date: view.date ?? undefined, law_of: view.lawOf ?? undefined }, hash: route.hash })
  }

  return { view, set }
}
