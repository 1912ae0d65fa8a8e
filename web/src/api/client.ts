// One door to the API: every answer is JSON, every failure becomes an `ApiFailure` that says what, where and what to do.
import type { ApiErrorBody } from './types'

export type Query = Record<string, string | number | boolean | null | undefined>

export class ApiFailure extends Error {
  readonly status: number
  readonly body: ApiErrorBody

  constructor(status: number, body: ApiErrorBody) {
    super(body.en)
    this.name = 'ApiFailure'
    this.status = status
    this.body = body
  }
}

/** Path plus query; empty values are left out so that equal questions have equal addresses. */
export function address(path: string, query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(key, String(value))
  }
  const tail = params.toString()
  if (!tail) return `/api${path}`
  return `/api${path}${path.includes('?') ? '&' : '?'}${tail}`
}

async function read<T>(url: string, init: RequestInit): Promise<T> {
  let answer: Response
  try {
    answer = await fetch(url, { ...init, headers: { accept: 'application/json', ...init.headers } })
  } catch (reason) {
    if (init.signal?.aborted) throw reason
    throw new ApiFailure(0, {
      zh: '连不上服务器',
      en: 'the server cannot be reached',
      where: url,
      remedy_zh: '确认 qingshan 正在运行,再点“重试”',
      remedy_en: 'check that qingshan is running, then retry',
    })
  }
  let body: unknown
  try {
    body = await answer.json()
  } catch {
    throw new ApiFailure(answer.status, {
      zh: `服务器的回答不是 JSON(状态 ${answer.status})`,
      en: `the answer is not JSON (status ${answer.status})`,
      where: url,
      remedy_zh: '页面与程序的版本可能不同:刷新页面',
      remedy_en: 'page and program may be of different versions: reload the page',
    })
  }
  if (!answer.ok) {
    const error = (body as { error?: ApiErrorBody }).error
    throw new ApiFailure(
      answer.status,
      error ?? { zh: `状态 ${answer.status}`, en: `status ${answer.status}`, where: url },
    )
  }
  return body as T
}

export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return read<T>(address(path, query), signal ? { signal } : {})
}

/** The session's second secret, which every change carries beside the cookie. */
let csrf: string | null = null
export function setCsrf(next: string | null): void {
  csrf = next
}

function change<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, more: Record<string, string> = {}): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json', ...more }
  if (csrf) headers['x-csrf'] = csrf
  return read<T>(address(path), { method, headers, body: JSON.stringify(body ?? {}) })
}

export function post<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  return change<T>('POST', path, body, headers)
}

export function put<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  return change<T>('PUT', path, body, headers)
}

/** Sends a file as it is, telling how much of it has gone out (0 … 1). */
export function upload<T>(path: string, query: Query, file: Blob, progress: (share: number) => void = () => undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address(path, query))
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('content-type', 'application/octet-stream')
    if (csrf) request.setRequestHeader('x-csrf', csrf)
    const lost: ApiErrorBody = { zh: '上传中断', en: 'the upload broke off', where: path, remedy_zh: '检查网络和文件大小后重试', remedy_en: 'check the network and the size of the file, then retry' }
    request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total)
    request.onerror = () => reject(new ApiFailure(0, lost))
    request.onload = () => {
      let body: unknown = null
      try {
        body = JSON.parse(request.responseText)
      } catch {
        // What is no JSON is told by its status below.
      }
      if (request.status >= 200 && request.status < 300 && body !== null) resolve(body as T)
      else reject(new ApiFailure(request.status, (body as { error?: ApiErrorBody } | null)?.error ?? { ...lost, zh: `状态 ${request.status}`, en: `status ${request.status}` }))
    }
    request.send(file)
  })
}

/** Sends a file and saves the file that comes back. */
export async function exchange(path: string, file: Blob, name: string): Promise<void> {
  const headers: Record<string, string> = { 'content-type': 'application/octet-stream' }
  if (csrf) headers['x-csrf'] = csrf
  const answer = await fetch(address(path), { method: 'POST', headers, body: file })
  if (!answer.ok) {
    const body = (await answer.json().catch(() => null)) as { error?: ApiErrorBody } | null
    throw new ApiFailure(answer.status, body?.error ?? { zh: `状态 ${answer.status}`, en: `status ${answer.status}` })
  }
  const url = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

export function remove<T>(path: string): Promise<T> {
  return change<T>('DELETE', path)
}
