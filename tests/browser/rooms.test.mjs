// The rooms through the real program: a register that comes from a file dropped in while the server runs, two people who
// save at once, an import that is tried, kept and undone, and a whole case from intake to sign-off by four roles.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { BASE, SIZES, go, launch, open, shoot, sideways } from './browser.mjs'

const DATA = process.env.DATA_DIR ?? ''
const BIN = process.env.QINGSHAN ?? ''
const [WIDE, PHONE] = SIZES
let browser
let accounts

before(async () => {
  browser = await launch()
  const state = await (await fetch(new URL('/api/session', BASE))).json()
  accounts = new Map(state.demo.map((a) => [a.id, a.password]))
})
after(() => browser?.close())

/** A window of somebody who signed in; without an account, of a visitor. */
async function as(id, size = WIDE) {
  const tab = await open(browser, size)
  if (id) {
    assert.ok(accounts.has(id), `the demo has the account ${id}`)
    const answer = await tab.page.request.post(new URL('/api/session', BASE).href, { data: { id, password: accounts.get(id) } })
    assert.equal(answer.status(), 200, await answer.text())
    tab.csrf = (await answer.json()).csrf
  }
  return tab
}

async function done(tab, quiet = true) {
  if (quiet) assert.deepEqual(tab.complaints, [], 'the page must not complain')
  assert.ok((await sideways(tab.page)) <= 1, 'the page must not slide sideways')
  await tab.close()
}

const url = (path) => new URL(path, BASE).href
const get = async (tab, path) => {
  const answer = await tab.page.request.get(url(path))
  return { status: answer.status(), body: answer.headers()['content-type']?.includes('json') ? await answer.json() : await answer.body() }
}
const send = async (tab, method, path, data, headers = {}) => {
  const answer = await tab.page.request.fetch(url(path), { method, data, headers: { 'x-csrf': tab.csrf, ...headers } })
  return { status: answer.status(), body: await answer.json() }
}

/** Fills a field of a form by its name in data. */
async function fill(page, name, value) {
  const field = page.locator(`[data-field="${name}"]`).first()
  const input = field.locator('input.field, textarea.field, select.field').first()
  if (await input.count()) {
    const tag = await input.evaluate((el) => el.tagName)
    if (tag === 'SELECT') await input.selectOption(value)
    else await input.fill(value)
    return
  }
  const box = field.locator('input').first()
  await box.click()
  await box.fill(value)
  const choice = page.locator('.el-select-dropdown__item:visible', { hasText: value }).first()
  await choice.click()
}

async function paper(page, id, name) {
  await page.locator(`[data-paper="${id}"] input[type=file]`).setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(`材料 ${name} ${id}`) })
  await page.locator(`[data-paper="${id}"] li`, { hasText: name }).waitFor()
}

/** Takes a step of a case through its page. */
async function step(tab, path, move, work) {
  const { page } = tab
  await go(page, path)
  await page.locator(`[data-offer="${move}"]`).click()
  await page.locator(`form[data-move="${move}"]`).waitFor()
  await work(page)
  await page.locator(`form[data-move="${move}"] button[type=submit]`).click()
  await page.locator('.said').waitFor()
}

const REGISTER = `title = { zh = "试点水井", en = "Trial wells" }
prefix = "SJ"
name = "name"
division = "division"
field = [
  { name = "name", title = { zh = "井名", en = "Name" }, type = "text", required = true, unique = true, length = 40, column = true, search = true },
  { name = "division", title = { zh = "行政区划", en = "Division" }, type = "division", required = true, check = "code.division", column = true },
  { name = "kind", title = { zh = "类别", en = "Kind" }, type = "code", codes = "kind", column = true },
  { name = "depth", title = { zh = "井深", en = "Depth" }, type = "number", digits = 2, min = "0", unit = "m", column = true },
  { name = "built", title = { zh = "建成日期", en = "Built" }, type = "date", max = "today", column = true },
  { name = "used", title = { zh = "在用", en = "In use" }, type = "bool" },
  { name = "people", title = { zh = "供水人口", en = "People" }, type = "integer", min = "0" },
  { name = "lon", title = { zh = "经度", en = "Longitude" }, type = "longitude" },
  { name = "lat", title = { zh = "纬度", en = "Latitude" }, type = "latitude" },
  { name = "keeper", title = { zh = "管护人", en = "Keeper" }, type = "text", personal = true },
  { name = "papers", title = { zh = "附件", en = "Papers" }, type = "files" },
  { name = "note", title = { zh = "备注", en = "Note" }, type = "long" },
]
`

describe('a register from a file', () => {
  const folder = `${DATA}/packs/trial`
  after(() => rm(folder, { recursive: true, force: true }))

  test('twelve fields dropped in while the server runs are a page, a template, an API and a table of SQL', async () => {
    assert.ok(DATA, 'DATA_DIR is the data folder of the running server')
    const tab = await as('demo-jingban')
    assert.equal((await get(tab, '/api/rooms/register/trial/wells')).status, 404)
    await mkdir(`${folder}/registers`, { recursive: true })
    await mkdir(`${folder}/codes`, { recursive: true })
    await writeFile(`${folder}/pack.toml`, 'title = { zh = "试点", en = "Trial" }\n')
    await writeFile(`${folder}/codes/kind.csv`, '# source: test\n# certainty: certain\ncode,zh,en\ndug,大口井,dug\nbored,机井,bored\n')
    await writeFile(`${folder}/registers/wells.toml`, REGISTER)
    let schema
    for (let i = 0; i < 100 && schema?.status !== 200; i += 1) {
      schema = await get(tab, '/api/rooms/register/trial/wells')
      if (schema.status !== 200) await tab.page.waitForTimeout(100)
    }
    assert.equal(schema.status, 200, JSON.stringify(schema.body))
    assert.equal(schema.body.fields.length, 12)

    await go(tab.page, '/rooms/trial/register/wells?new=1')
    await fill(tab.page, 'name', '一号井')
    await fill(tab.page, 'division', '340104')
    await fill(tab.page, 'kind', 'dug')
    await fill(tab.page, 'depth', '12.345')
    await fill(tab.page, 'built', '2024-05-01')
    await tab.page.locator('[data-field="depth"] .fault').waitFor()
    await fill(tab.page, 'depth', '12.5')
    await fill(tab.page, 'lon', '117.25')
    await fill(tab.page, 'lat', '31.85')
    await fill(tab.page, 'keeper', '张三')
    await tab.page.locator('[data-field="papers"] input[type=file]').setInputFiles({ name: '井照.txt', mimeType: 'text/plain', buffer: Buffer.from('一张照片') })
    await tab.page.locator('[data-field="papers"] li', { hasText: '井照' }).waitFor()
    await tab.page.locator('.form button[type=submit]').click()
    await tab.page.locator('.records .open', { hasText: '一号井' }).waitFor()
    await shoot(tab.page, WIDE, 'register-dropped-in')

    const list = await get(tab, '/api/rooms/register/trial/wells/records')
    const row = list.body.rows[0]
    assert.equal(row.fields.depth, '12.5')
    assert.equal(row.fields.keeper, '＊＊＊', 'personal data are covered')
    const plain = await get(tab, `/api/rooms/register/trial/wells/records/${row.id}?reveal=${encodeURIComponent('核对管护人')}`)
    assert.equal(plain.body.fields.keeper, '张三')
    const history = await get(tab, `/api/rooms/register/trial/wells/records/${row.id}/history`)
    assert.ok(history.body.some((s) => s.kind === 'reveal' && /核对管护人/.test(s.reason)), 'the reading is logged')
    const file = await get(tab, `/api/rooms/register/trial/wells/records/${row.id}/file/${row.fields.papers[0]}`)
    assert.equal(Buffer.from(file.body).toString(), '一张照片')
    assert.equal(Buffer.from((await get(tab, '/api/rooms/register/trial/wells/template.xlsx')).body).subarray(0, 2).toString(), 'PK')
    assert.ok('/api/rooms/register/trial/wells/records' in (await get(tab, '/api/rooms/openapi.json')).body.paths)
    const layer = await get(tab, '/api/rooms/register/trial/wells/layer')
    assert.deepEqual(layer.body.features[0].geometry.coordinates, [117.25, 31.85])
    if (BIN) {
      const answer = execFileSync(BIN, ['sql', 'SELECT name, depth + 1 AS deeper FROM trial_wells', '--data', DATA, '--format', 'json'], { encoding: 'utf8' })
      assert.deepEqual(JSON.parse(answer), [{ name: '一号井', deeper: '13.5' }])
    }
    await done(tab, false)
  })

  test('a workbook is tried, kept, and undone as one; a faulty cell is named', async () => {
    const tab = await as('demo-jingban')
    await go(tab.page, '/rooms/trial/register/wells')
    await tab.page.getByRole('button', { name: '导入', exact: true }).click()
    const file = (text) => tab.page.locator('input[accept=".xlsx,.csv"]').setInputFiles({ name: 'wells.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await file('井名,行政区划,井深（m）\n二号井,340104,8\n三号井,340104,很深\n')
    await tab.page.locator('td.cell', { hasText: '很深' }).waitFor()
    assert.match(await tab.page.locator('.sums').innerText(), /有误 1/)
    await file('井名,行政区划,井深（m）\n二号井,340104,8\n三号井,340104,９．５\n')
    await tab.page.locator('.sums', { hasText: '新增 2' }).waitFor()
    await tab.page.getByRole('button', { name: '全部导入' }).click()
    await tab.page.locator('.records .open', { hasText: '三号井' }).waitFor()
    await tab.page.getByRole('button', { name: '撤销这批导入' }).click()
    await tab.page.locator('.records .open', { hasText: '三号井' }).waitFor({ state: 'detached' })
    await done(tab)
  })

  test('two people save at once: the second sees both sides and chooses', async () => {
    const [a, b] = [await as('demo-jingban'), await as('demo-shenhe')]
    const id = (await get(a, '/api/rooms/register/trial/wells/records?words=%E4%B8%80%E5%8F%B7')).body.rows[0].id
    await go(a.page, `/rooms/trial/register/wells?r=${id}`)
    await a.page.getByRole('button', { name: '修改' }).click()
    await fill(a.page, 'depth', '20')
    const { version } = (await get(b, `/api/rooms/register/trial/wells/records/${id}`)).body
    const other = await send(b, 'PUT', `/api/rooms/register/trial/wells/records/${id}`, { fields: { depth: '30' }, reason: '复测' }, { 'if-match': String(version) })
    assert.equal(other.status, 200, JSON.stringify(other.body))
    await a.page.locator('.form button[type=submit]').click()
    await a.page.locator('.conflict').waitFor()
    assert.match(await a.page.locator('.conflict').innerText(), /12\.5[\s\S]*20[\s\S]*30/)
    await shoot(a.page, WIDE, 'conflict')
    await a.page.locator('.conflict input[type=radio]').first().check()
    await a.page.locator('.conflict .btn.primary').click()
    await a.page.locator('.said').waitFor()
    assert.equal((await get(b, `/api/rooms/register/trial/wells/records/${id}`)).body.fields.depth, '20')
    await done(a, false)
    await done(b)
  })

  test('a mistake in the file is named with its line, and what stood before still works', async () => {
    const tab = await as('demo-jingban')
    await writeFile(`${folder}/registers/wrong.toml`, 'title = { zh = "错", en = "Wrong" }\nname = "nothing"\nfield = [\n  { name = "a", title = { zh = "甲", en = "A" }, type = "txt" },\n]\n')
    let faults = []
    for (let i = 0; i < 100 && !faults.length; i += 1) {
      faults = (await get(tab, '/api/rooms')).body.faults ?? []
      if (!faults.length) await tab.page.waitForTimeout(100)
    }
    assert.ok(faults.some((f) => f.file === 'trial/registers/wrong.toml' && f.line === 4), JSON.stringify(faults))
    assert.equal((await get(tab, '/api/rooms/register/trial/wells')).status, 200)
    if (BIN) assert.throws(() => execFileSync(BIN, ['packs', 'check', '--data', DATA], { stdio: 'pipe' }), /mistakes/)
    await rm(`${folder}/registers/wrong.toml`)
    await done(tab)
  })
})

test('a case from intake to sign-off: province, city handler, city reviewer, province; an auditor looks on', async () => {
  const cases = '/rooms/rectification/case/task'
  const [province, handler, city, auditor] = [await as('demo-shenhe'), await as('demo-shi-jingban'), await as('demo-shi-shenhe'), await as('demo-jihe')]
  const title = `走查任务 ${Date.now()}`

  await go(province.page, cases)
  await province.page.locator('.page-head .btn.primary', { hasText: '交办' }).click()
  const day = (n) => new Date(Date.now() + (8 + 24 * n) * 3600_000).toISOString().slice(0, 10)
  for (const [name, value] of Object.entries({ title, list_no: '99', year: day(0).slice(0, 4), facts: '沿河堆放。', due: day(60), next_report: day(20) })) await fill(province.page, name, value)
  for (const name of ['source', 'found', 'field_of', 'level']) await province.page.locator(`[data-field="${name}"] select`).selectOption({ index: 1 })
  await fill(province.page, 'division', '340100')
  await fill(province.page, 'unit', '340100')
  await province.page.locator('form[data-move="assign"] button[type=submit]').click()
  await province.page.waitForURL(/case\/task\/ZG-/)
  const path = new URL(province.page.url()).pathname
  const id = path.split('/').pop()
  await province.page.locator('[data-term="rectify"]').waitFor()
  assert.match(await province.page.locator('[data-term="rectify"]').innerText(), /剩 \d+ 天/)

  await step(handler, path, 'hand_plan', async (page) => {
    for (const [name, value] of Object.entries({ goal: '恢复原状', measures: '清运', milestones: `${day(30)} 40 清运\n${day(55)} 60 复绿`, responsible: '李四', acceptor: '市局' })) await fill(page, name, value)
    await paper(page, 'plan', '方案.txt')
  })
  const own = await get(handler, `/api/rooms/case/rectification/task/cases/${id}`)
  assert.ok(!own.body.offers.some((o) => o.id === 'approve_plan'), 'a handler does not approve')
  await step(province, path, 'approve_plan', () => undefined)
  await step(handler, path, 'self_check', async (page) => {
    await fill(page, 'progress', '已完成')
    await fill(page, 'task_done', 'true')
    await paper(page, 'self_report', '自查.txt')
  })
  await step(city, path, 'city_accept', async (page) => {
    for (const name of ['target_met', 'materials_complete']) await fill(page, name, 'true')
    await fill(page, 'site_checked', day(0))
    await paper(page, 'acceptance', '验收.txt')
  })
  await step(city, path, 'publicize', async (page) => {
    await fill(page, 'publicity_from', day(0))
    await fill(page, 'publicity_to', day(7))
  })
  await step(province, path, 'close', (page) => fill(page, 'objections', '无异议'))
  assert.match(await province.page.locator('.state').innerText(), /省级销号/)
  await shoot(province.page, WIDE, 'case-closed', true)

  await go(auditor.page, path)
  await auditor.page.locator('.tl li').first().waitFor()
  assert.equal(await auditor.page.locator('[data-offer]').count(), 0, 'an auditor has no buttons')
  assert.ok(!(await auditor.page.locator('.page').innerText()).includes('李四'), 'personal data are covered')
  const refused = await send(auditor, 'POST', '/api/rooms/case/rectification/task/take', { case: id, move: 'look_back', fields: { look_back_on: day(0) } })
  assert.equal(refused.status, 403)

  const sheet = await get(province, `/api/rooms/case/rectification/task/sheet/closing.docx?case=${id}`)
  assert.equal(Buffer.from(sheet.body).subarray(0, 2).toString(), 'PK')
  const pack = await get(province, `/api/rooms/case/rectification/task/cases/${id}/pack.zip?reason=${encodeURIComponent('走查')}`)
  assert.equal(pack.status, 200)
  const whole = Buffer.from(pack.body)
  const verdict = async (bytes) => (await (await province.page.request.fetch(url('/api/rooms/verify'), { method: 'POST', data: bytes, headers: { 'x-csrf': province.csrf, 'content-type': 'application/octet-stream' } })).json())
  const good = await verdict(whole)
  assert.ok(good.report.good && good.ours, JSON.stringify(good))
  const bad = Buffer.from(whole)
  bad[Math.floor(bad.length / 2)] ^= 1
  assert.ok(!(await verdict(bad)).report.good, 'a changed pack is found out')
  for (const tab of [province, handler, city]) await done(tab)
  await done(auditor, false)
})

for (const size of [WIDE, PHONE]) {
  describe(size.name, () => {
    const look = (name, path, wanted, who = 'demo-sheng') =>
      test(`${name} opens`, async () => {
        const tab = await as(who, size)
        await go(tab.page, path)
        await tab.page.locator(wanted).first().waitFor()
        await tab.page.waitForLoadState('networkidle')
        await shoot(tab.page, size, `rooms-${name}`, true)
        await done(tab)
      })
    look('index', '/rooms', '.packs li')
    look('rectification', '/rooms/rectification', '.figure b')
    look('enterprise', '/rooms/enterprise', 'circle')
    look('petitions', '/rooms/petitions', '.figure b')
    look('register', '/rooms/enterprise/register/enterprises', '.records .open', 'demo-jingban')
    look('cases', '/rooms/rectification/case/task', 'td.first a')
    look('calendar', '/rooms/calendar', 'li .lamp')
    look('score', '/rooms/rectification/score/annual', '.tbl tbody tr')
    look('ledger', '/rooms/rights/ledger/rights', 'tfoot .tag.green')
    test('a visitor sees what is published and is told why the rest is closed', async () => {
      const tab = await as(null, size)
      await go(tab.page, '/rooms/rectification/score/annual')
      await tab.page.locator('.page').waitFor()
      const closed = await get(tab, '/api/rooms/ledger/rights/rights')
      assert.equal(closed.status, 401)
      await go(tab.page, '/rooms/rights/ledger/rights')
      await tab.page.locator('.state[role=alert]', { hasText: '没有查看这里的权限' }).waitFor()
      await shoot(tab.page, size, 'rooms-denied')
      await done(tab, false)
    })
    test('the plan’s sentences of chapters 13, 14 and 18 have stands', async () => {
      const tab = await as(null, size)
      await go(tab.page, '/')
      await tab.page.waitForSelector('.doc h1')
      const plan = (await get(tab, '/api/plan')).body
      const rooms = plan.notes.filter((n) => n.room)
      for (const pack of ['rectification', 'petitions', 'enforcement', 'credit', 'rights', 'enterprise']) assert.ok(rooms.some((n) => n.room === pack), `no stand of ${pack}`)
      assert.ok(rooms.every((n) => n.value !== null && (n.light === 'none' || /期限|逾期/.test(n.reason_zh))), 'a light only where a term says so')
      await done(tab)
    })
  })
}
