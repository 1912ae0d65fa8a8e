// The live state of the gateway: a first answer, then one a second from the server; a broken line is opened again.
import { onScopeDispose, ref, shallowRef } from 'vue'
import { ApiFailure, get } from '@/api/client'
import type { Packets } from '@/api/types'
import { num } from '@/format'

const RETRY_S = 3
const KEPT = 60

export function usePackets() {
  const data = shallowRef<Packets | null>(null)
  const error = shallowRef<ApiFailure | null>(null)
  const live = ref(false)
  const paused = ref(false)
  /** Packets per second of the last minute, newest last. */
  const history = shallowRef<number[]>([])
  let source: EventSource | null = null
  let timer = 0

  function take(next: Packets): void {
    if (paused.value) return
    data.value = next
    error.value = null
    history.value = [...history.value, num(next.rate.packets_s) ?? 0].slice(-KEPT)
  }

  function open(): void {
    source = new EventSource('/api/packets/stream')
    const heed = (event: MessageEvent<string>) => {
      live.value = true
      take(JSON.parse(event.data) as Packets)
    }
    source.onmessage = heed
    source.addEventListener('packets', heed as EventListener)
    source.onerror = () => {
      live.value = false
      source?.close()
      timer = window.setTimeout(open, RETRY_S * 1000)
    }
  }

  async function first(): Promise<void> {
    try {
      take(await get<Packets>('/packets'))
    } catch (reason) {
      if (reason instanceof ApiFailure) error.value = reason
    }
  }

  void first().then(open)
  onScopeDispose(() => {
    window.clearTimeout(timer)
    source?.close()
  })
  return { data, error, live, paused, history, retry: first, retrySeconds: RETRY_S }
}
