// A question to the API that follows its inputs: asked again when they change, the older answer dropped.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { ApiFailure, get, type Query } from './client'

export interface Ask {
  path: string
  query?: Query
}

export interface Answer<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<ApiFailure | null>
  pending: Ref<boolean>
  reload: () => void
}

/** How many questions are under way, for the line at the top of the page. */
export const underWay = ref(0)

/**
 * Asks whenever `ask()` changes; `null` means there is nothing to ask. The old answer stays while the next is on its
 * way if `keep` is set, so that a change of date does not blank the page.
 */
export function useAnswer<T>(ask: () => Ask | null, keep = true): Answer<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<ApiFailure | null>(null)
  const pending = ref(false)
  let control: AbortController | null = null

  async function run(question: Ask | null): Promise<void> {
    control?.abort()
    control = null
    if (!question) {
      data.value = null
      error.value = null
      pending.value = false
      return
    }
    const mine = new AbortController()
    control = mine
    pending.value = true
    if (!keep) data.value = null
    underWay.value += 1
    try {
      const answer = await get<T>(question.path, question.query, mine.signal)
      if (control !== mine) return
      data.value = answer
      error.value = null
    } catch (reason) {
      if (control !== mine || mine.signal.aborted) return
      data.value = null
      error.value =
        reason instanceof ApiFailure
          ? reason
          : new ApiFailure(0, { zh: String(reason), en: String(reason), where: question.path })
    } finally {
      underWay.value -= 1
      if (control === mine) pending.value = false
    }
  }

  watch(
    () => JSON.stringify(ask()),
    () => void run(ask()),
    { immediate: true },
  )
  onScopeDispose(() => control?.abort())
  return { data, error, pending, reload: () => void run(ask()) }
}
