import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { today } from './law'

/** The page's own day: `at` in the address, else today in Beijing. */
export function useDay() {
  const route = useRoute()
  const router = useRouter()
  return computed<string | null>({
    get: () => (typeof route.query.at === 'string' ? route.query.at : today()),
    set: (at) => void router.replace({ query: { ...route.query, at: at ?? undefined } }),
  })
}
