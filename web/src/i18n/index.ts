// Languages: Chinese by default; the reader's choice is kept in the browser, and `?lang=en` overrides it.
import { createI18n, useI18n } from 'vue-i18n'
import { en } from './en'
import { zh } from './zh'

const STORED = 'qingshan.lang'

function first(): 'zh' | 'en' {
  const asked = new URLSearchParams(window.location.search).get('lang')
  const kept = asked ?? window.localStorage.getItem(STORED)
  return kept === 'en' ? 'en' : 'zh'
}

export const i18n = createI18n({ legacy: false, locale: first(), fallbackLocale: 'zh', messages: { zh, en } })

function mark(lang: string): void {
  document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN'
}
mark(i18n.global.locale.value)

export function setLang(lang: 'zh' | 'en'): void {
  i18n.global.locale.value = lang
  window.localStorage.setItem(STORED, lang)
  mark(lang)
}

/** `t` plus what the API says in both languages: `say(card, 'title')` reads `title_zh` or `title_en`. */
export function useSay() {
  const { t, locale } = useI18n()

  function say(source: object | null | undefined, field: string): string {
    if (!source) return ''
    const all = source as Record<string, unknown>
    const own = all[`${field}_${locale.value}`] ?? all[`${field}_zh`]
    if (typeof own === 'string') return own
    return both(all[field])
  }

  /** `{zh, en}`, a pair, or plain text. */
  function both(value: unknown): string {
    if (typeof value === 'string') return value
    if (Array.isArray(value)) return String(value[locale.value === 'en' ? 1 : 0] ?? value[0] ?? '')
    if (value && typeof value === 'object') {
      const pair = value as Record<string, unknown>
      const text = pair[locale.value] ?? pair.zh
      return typeof text === 'string' ? text : ''
    }
    return ''
  }

  return { t, locale, say, both }
}
