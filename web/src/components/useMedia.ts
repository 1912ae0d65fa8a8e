import { onScopeDispose, ref, type Ref } from 'vue'

export function useMedia(query: string): Ref<boolean> {
  const list = window.matchMedia(query)
  const on = ref(list.matches)
  const heed = (event: MediaQueryListEvent) => (on.value = event.matches)
  list.addEventListener('change', heed)
  onScopeDispose(() => list.removeEventListener('change', heed))
  return on
}
