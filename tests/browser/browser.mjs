// One browser for the whole walk. What a page complains of is collected and must be nothing.
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const BASE = process.env.BASE_URL ?? ''
if (!BASE) throw new Error('BASE_URL is not set: give the address of a running `qingshan demo`, or use tests/browser/run.sh')

export const SIZES = [
  { name: 'wide', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
]

const SHOTS = fileURLToPath(new URL('./shots/', import.meta.url))
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })
}

/** A page of a size, with `complaints` (console errors, exceptions, failed requests) and `weigh()` for what came over the wire. */
export async function open(browser, size) {
  const context = await browser.newContext({ viewport: { width: size.width, height: size.height }, locale: 'zh-CN', timezoneId: 'Europe/Paris' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const complaints = []
  page.on('console', (m) => m.type() === 'error' && complaints.push(`console: ${m.text()}`))
  page.on('pageerror', (e) => complaints.push(`exception: ${e.message}`))
  page.on('response', (r) => r.status() >= 400 && complaints.push(`${r.status()} ${r.url()}`))
  let bytes = 0
  const wire = await context.newCDPSession(page)
  await wire.send('Network.enable')
  wire.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength))
  return { page, complaints, weigh: () => bytes, close: () => context.close() }
}

export async function shoot(page, size, name, fullPage = false) {
  await mkdir(SHOTS, { recursive: true })
  await page.screenshot({ path: `${SHOTS}${name}-${size.name}.png`, fullPage })
}

export function go(page, path) {
  return page.goto(new URL(path, BASE).href, { waitUntil: 'load' })
}

/** Comes in as one of the demo's accounts, with the password that the sign-in page shows. */
export async function signIn(page, id) {
  await go(page, '/sign-in')
  await page.getByRole('button', { name: id, exact: true }).click()
  await page.locator('form button[type=submit]').click()
  await page.waitForFunction(() => !location.pathname.startsWith('/sign-in'))
}

/** Nothing may be wider than the window: a phone has no use for a page that slides sideways. */
export function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}
