// Who is there, and what that person may. Asked once with the first page, again after signing in or out.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { SessionState } from '@/api/access'
import { get, post, remove, setCsrf } from '@/api/client'

export const useSession = defineStore('session', () => {
  const state = shallowRef<SessionState | null>(null)
  const codeNeeded = ref(false)
  const person = computed(() => state.value?.person ?? null)

  function take(next: SessionState): void {
    state.value = next
    setCsrf(next.csrf)
  }

  async function load(): Promise<void> {
    take(await get<SessionState>('/session'))
  }

  /** True once in; false if the time code is still to be given. */
  async function signIn(id: string, password: string, code: string): Promise<boolean> {
    const answer = await post<SessionState | { code_needed: true }>('/session', { id, password, code: code || null })
    codeNeeded.value = 'code_needed' in answer
    if ('code_needed' in answer) return false
    take(answer)
    return true
  }

  async function signOut(): Promise<void> {
    await remove('/session')
    await load()
  }

  function may(matter: string, action: string): boolean {
    return state.value?.may[matter]?.includes(action) ?? false
  }

  return { state, person, codeNeeded, load, signIn, signOut, may }
})
