// The walk of a reader through the real program: the plan, a stand, an explanation down to the raw line, the law behind
// it, the calculator and the live packets; wide and on a phone. It says what must be there, not how many pixels it has.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SIZES, go, launch, open, shoot, sideways, signIn } from './browser.mjs'

const FIRST_PAGE_LIMIT = 1_500_000
let browser

before(async () => {
  browser = await launch()
})
after(() => browser?.close())

for (const size of SIZES) {
  describe(size.name, () => {
    /** A step: its own page, its pictures, and no complaint at the end. */
    const step = (title, walk) =>
      test(title, async () => {
        const tab = await open(browser, size)
        try {
          await walk(tab.page, tab)
          assert.deepEqual(tab.complaints, [], 'the page must not complain')
          assert.ok((await sideways(tab.page)) <= 1, 'the page must not slide sideways')
        } finally {
          await tab.close()
        }
      })

    step('home is the plan, with lights, notes and nine targets', async (page, tab) => {
      await go(page, '/')
      await page.waitForSelector('.doc h1')
      await page.waitForLoadState('networkidle')
      assert.ok(tab.weigh() < FIRST_PAGE_LIMIT, `first page weighs ${tab.weigh()} bytes`)
      assert.equal(await page.locator('.doc h1').innerText(), '2024年安徽省生态环境工作要点')
      assert.ok((await page.locator('[data-sentence]').count()) > 150, 'sentences are there')
      assert.equal(await page.locator('.cards a.card').count(), 9)
      const pm = page.locator('.cards a.card').first()
      assert.match(await pm.innerText(), /PM2\.5[\s\S]*\d+(\.\d+)?[\s\S]*µg\/m³/)
      assert.match(await pm.innerText(), /模拟/, 'a simulated figure says so')
      assert.match(await pm.innerText(), /36\.8/, 'the target stands beside the figure')
      assert.ok((await page.locator('.card.none').count()) > 0)
      assert.match(await page.locator('.card.none').first().innerText(), /尚无数据/)
      assert.ok((await page.locator('.s.none .dot.none').count()) > 0, 'no data is a hollow light')
      if (size.name === 'wide') await notesStandApart(page)
      else assert.ok(await page.locator('.folded .note').first().isVisible(), 'notes fold under their sentence')
      await shoot(page, size, 'home')
      await page.locator('[data-sentence]').filter({ hasText: '皖北六市' }).first().scrollIntoViewIfNeeded()
      await shoot(page, size, 'home-text')
    })

    step('a stand has figure, target, trend, cities, calendar, published figures', async (page) => {
      await go(page, '/stand/0.1')
      await page.waitForSelector('.fig .big')
      const stand = page.locator('.panel')
      assert.match(await page.locator('.fig .big').innerText(), /\d/)
      for (const words of ['目标', '去年同期', '全年预计', '逐日累计', '分市', '日历', '公布值', '任务', '案件']) {
        assert.ok((await stand.innerText()).includes(words), `the stand shows ${words}`)
      }
      assert.ok((await stand.locator('.cal .d').count()) > 100, 'the calendar has days')
      assert.equal(await stand.locator('table:has(caption:text-is("分市")) tbody tr').count(), 16)
      assert.ok((await stand.locator('a[href^="http"]').count()) > 0, 'published figures lead to their source')
      await page.waitForSelector('.panel svg path', { state: 'attached' })
      await page.waitForSelector('.map-label, .flat text')
      await page.waitForTimeout(800)
      await shoot(page, size, 'stand')
      await page.locator('.panel .gl, .panel .flat').first().scrollIntoViewIfNeeded()
      await page.waitForTimeout(300)
      await shoot(page, size, 'stand-map')
      await stand.getByRole('button', { name: '数据表' }).first().click()
      await page.waitForSelector('.panel .v-cell, .panel .box:first-of-type .tbl td')
      const download = await page.evaluate(async () => {
        const answer = await fetch(document.querySelector('.panel a[download]').href)
        return { ok: answer.ok, type: answer.headers.get('content-type') }
      })
      assert.ok(download.ok && /spreadsheet/.test(download.type), 'the stand exports to xlsx')
    })

    step('a figure explains itself down to the raw line', async (page) => {
      await go(page, '/stand/0.1')
      await page.locator('.fig a.btn.primary').click()
      await page.waitForSelector('.tree .lead-figure')
      assert.ok((await page.locator('.tree a.chip').count()) > 0, 'clauses are cited')
      await shoot(page, size, 'explain')
      let under = page.locator('.tree')
      let depth = 0
      while (!(await page.locator('.raw').count())) {
        depth += 1
        assert.ok(depth < 9, 'the raw line is reached within eight steps')
        const row = under.locator('.row-node:not(.open):has(> .line > .val b):has(> .line > button.tog)').first()
        const handle = await row.elementHandle()
        await row.locator('> .line > button.tog').click()
        await page.waitForFunction((el) => el.querySelector('.under .raw, .under .row-node'), handle)
        await page.waitForLoadState('networkidle')
        // From here on look only inside what has just been opened.
        await handle.evaluate((el, n) => el.setAttribute('data-walk', String(n)), depth)
        under = page.locator(`[data-walk="${depth}"] > .under`)
      }
      await page.locator('.raw').first().scrollIntoViewIfNeeded()
      assert.ok((await page.locator('.raw .ln.this, .raw').first().innerText()).length > 10)
      await shoot(page, size, 'explain-raw')
      await page.locator('.ev a').first().click()
      await page.waitForSelector('.page .facts dd')
      const facts = await page.locator('.page').innerText()
      assert.match(facts, /[0-9a-f]{64}|CRC/, 'the file is named by its hash, or the packet by its check sum')
      assert.match(facts, /链完整/)
      await shoot(page, size, 'evidence')
    })

    step('another law date gives a what-if, marked as one', async (page) => {
      await go(page, '/stand/0.2?date=2024-12-31&law_of=2026-03-01')
      await page.waitForSelector('.fig .what')
      assert.match(await page.locator('.what-if').innerText(), /试算.*2026-03-01/)
      assert.match(await page.locator('.fig .what').innerText(), /当日有效[\s\S]*2026-03-01/)
      await shoot(page, size, 'what-if')
    })

    step('the law library: rooms, search, a standard, a key through time and side by side', async (page) => {
      await go(page, '/law')
      await page.waitForSelector('.standards table tbody tr')
      const list = await page.locator('.standards table').innerText()
      for (const number of ['GB 3095-2012', 'GB 3095-2026', 'HJ 633-2012', 'HJ 633-2026']) assert.ok(list.includes(number), number)
      await shoot(page, size, 'law')
      await page.getByRole('searchbox').first().fill('细颗粒物')
      await page.waitForURL(/q=/)
      await page.getByRole('searchbox').first().fill('pm2.5 日')
      await page.waitForSelector('.hits li a')
      assert.ok((await page.locator('.hits li').count()) > 2, 'words are found')
      await shoot(page, size, 'law-search')
      await go(page, '/law?domain=air')
      await page.waitForSelector('.keys tbody tr')
      assert.ok((await page.locator('.keys tbody tr').count()) > 20, 'the room lists its keys')
      assert.ok((await page.locator('.axis u').count()) > 10, 'today is marked')
      await shoot(page, size, 'law-room')
      await page.getByRole('link', { name: 'GB 3095-2026', exact: true }).first().click()
      await page.waitForSelector('.box table')
      await shoot(page, size, 'law-standard')
      await page.locator('.box header h2 a').first().click()
      await page.waitForSelector('.vl .st')
      assert.ok((await page.locator('.vl .st').count()) >= 2, 'the key has versions')
      await shoot(page, size, 'law-key')
      await go(page, '/law/air.limit?side=2015-06-01@340100,2026-03-01,2031-01-01')
      await page.waitForSelector('.side td.diff')
      assert.ok((await page.locator('.uses a').count()) > 0, 'it says where it is used')
      await page.locator('.side').scrollIntoViewIfNeeded()
      await shoot(page, size, 'law-side')
    })

    step('two days compared show only what changed; what is uncertain is listed', async (page) => {
      await go(page, '/law/diff?a=2026-02-28&b=2026-03-01')
      await page.waitForSelector('.box table')
      assert.match(await page.locator('.page').innerText(), /GB 3095-2012[\s\S]*GB 3095-2026/)
      const columns = await page.locator('.box tbody td:nth-child(2)').allInnerTexts()
      assert.ok(columns.length > 5 && !columns.some((c) => ['污染物', '平均时间'].includes(c)), 'what names a row is no change')
      await shoot(page, size, 'law-diff')
      await go(page, '/law/doubts')
      await page.waitForSelector('.list li')
      // The list draws its rows in steps; the count beside the filters is that of all.
      const all = await page.locator('.bar .muted').innerText()
      await page.getByLabel('可信').selectOption('uncertain')
      await page.waitForFunction((n) => document.querySelector('.bar .muted').textContent !== n, all)
      await shoot(page, size, 'law-doubts')
    })

    step('a provision is recorded: refused with its line, then kept and in force', async (page) => {
      const key = `test.walk_${size.name}`
      await signIn(page, 'demo-fazhi')
      await go(page, '/law/missing')
      await page.waitForSelector('.tabs')
      await page.getByRole('link', { name: '录入其他条款' }).click()
      await page.waitForSelector('form textarea')
      const fill = async (label, value) => page.getByLabel(label).fill(value)
      for (const [label, value] of [['标准号 *', 'GB 3095-2026'], ['键 *', key], ['条款号 *', '表9'], [/^出处/, '浏览器检查用'], ['中文名称 *', '检查用限值'], ['英文名称 *', 'Limits for a check']]) await fill(label, value)
      await fill(/^表格/, 'item\tlimit\nnh3n\t0.5\ntp\t0.05\n')
      await page.getByRole('button', { name: '核对' }).click()
      await page.waitForSelector('.wrong li')
      assert.match(await page.locator('.wrong').innerText(), /行 \d+[\s\S]*没有单位/)
      assert.ok((await page.locator('.raw li.bad').count()) > 0, 'the line is marked')
      await page.locator('.judged').scrollIntoViewIfNeeded()
      await shoot(page, size, 'record-refused')
      await fill(/^单位/, 'mg/L')
      await page.getByRole('button', { name: '核对' }).click()
      await page.getByRole('button', { name: '保存并生效' }).click()
      await page.waitForSelector('.done')
      await shoot(page, size, 'record-done')
      await page.getByRole('link', { name: '看这个键' }).click()
      await page.waitForSelector('.vl .st')
      assert.match(await page.locator('.page').innerText(), /检查用限值[\s\S]*0\.05/)
      await go(page, '/law/missing')
      await page.waitForSelector('.box .what')
      assert.ok((await page.locator('.page').innerText()).includes(key), 'the file is listed')
      await shoot(page, size, 'law-missing')
    })

    step('people come in, see what their role allows, and the log keeps it', async (page, tab) => {
      await go(page, '/sign-in')
      await page.waitForSelector('.demo tbody tr')
      assert.ok((await page.locator('.demo tbody tr').count()) > 15, 'the demo shows its accounts')
      assert.match(await page.locator('.page').innerText(), /非涉密/)
      await shoot(page, size, 'sign-in')
      await page.getByRole('button', { name: 'demo-xitong', exact: true }).click()
      await page.getByLabel('密码').fill('wrong')
      await page.locator('form button[type=submit]').click()
      await page.waitForSelector('[role=alert]')
      assert.match(await page.locator('[role=alert]').innerText(), /不对/)
      await signIn(page, 'demo-xitong')
      await go(page, '/admin')
      await page.waitForSelector('.tbl tbody tr')
      const name = `walk-${size.name}`
      await page.getByLabel('账号名').fill(name)
      await page.getByLabel('姓名').fill('浏览器检查')
      await page.getByRole('button', { name: '新账号' }).click()
      await page.waitForSelector('.told')
      assert.match(await page.locator('.told').innerText(), new RegExp(name))
      await shoot(page, size, 'accounts')
      await signIn(page, 'demo-anquan')
      await go(page, '/admin')
      await page.locator('tr', { hasText: name }).getByRole('button', { name: '角色与范围' }).click()
      await page.locator('.give').getByText('经办人').click()
      await page.getByLabel('行政区代码').fill('340104')
      await page.locator('.give button[type=submit]').click()
      await page.waitForFunction((n) => [...document.querySelectorAll('tr')].some((r) => r.innerText.includes(n) && r.innerText.includes('340104')), name)
      await signIn(page, 'demo-shenji')
      await go(page, '/admin')
      await page.waitForSelector('.tbl tbody tr')
      assert.match(await page.locator('.tbl').innerText(), new RegExp(`demo-anquan[\\s\\S]*account-roles[\\s\\S]*${name}`))
      await shoot(page, size, 'audit')
      // None of the three sees business by that role.
      await go(page, '/')
      await page.waitForSelector('[role=alert]')
      assert.match(await page.locator('[role=alert]').first().innerText(), /审计管理员/)
      await shoot(page, size, 'denied')
      tab.complaints.splice(0, tab.complaints.length, ...tab.complaints.filter((c) => !/401|403/.test(c)))
    })

    step('the calculator computes and explains', async (page, tab) => {
      await go(page, '/calc/air.aqi.daily')
      await page.waitForSelector('form.form')
      await page.getByPlaceholder('pm2_5', { exact: true }).fill('89')
      await page.getByPlaceholder('pm10', { exact: true }).fill('106')
      for (const [name, value] of [['so2', '9'], ['no2', '25'], ['co', '0.8'], ['o3_8h', '82']]) await page.getByPlaceholder(name, { exact: true }).fill(value)
      await page.locator('button[type=submit]').click()
      await page.waitForSelector('.result .big')
      assert.match(await page.locator('.result .big').innerText(), /^\d+/)
      assert.match(await page.locator('.result').innerText(), /PM2\.5/)
      assert.ok((await page.locator('.result a.chip').count()) > 0, 'the result cites its clauses')
      assert.match(page.url(), /pm2_5=89/, 'the address keeps the arguments')
      assert.match(await page.locator('.cli .raw').innerText(), /qingshan figure air\.aqi\.daily .*pm2_5=89[\s\S]*SELECT air_aqi_daily\('9', '25'/)
      assert.match(await page.locator('.about').innerText(), /GB 3095-2026[\s\S]*\d{4}-\d{2}-\d{2}|HJ 633-2026/, 'it names its clauses and days')
      await shoot(page, size, 'calc')
      // The example of the sheet, by the law of its own day.
      await go(page, '/calc/air.aqi.daily?so2=9&no2=25&co=0.8&o3_8h=82&pm10=106&pm2_5=89&at=2024-03-11')
      await page.waitForSelector('.result .big')
      assert.match(await page.locator('.result .big').innerText(), /^118/)
      await go(page, '/calc/round.gbt8170?value=0.15&digits=1')
      await page.waitForSelector('.result .big')
      assert.match(await page.locator('.result .big').innerText(), /^0\.2/)
      // What is wrong is said at its field.
      await page.getByPlaceholder('value', { exact: true }).fill('abc')
      await page.locator('button[type=submit]').click()
      await page.waitForSelector('#wrong-value')
      await shoot(page, size, 'calc-wrong')
      tab.complaints.splice(0, tab.complaints.length, ...tab.complaints.filter((c) => !/400/.test(c)))
    })

    step('a what-if says who changes, on which days, and why', async (page) => {
      await go(page, '/what-if')
      await page.waitForSelector('form.ask')
      await page.getByLabel('标准变动的日子').selectOption('2031-01-01')
      await page.getByRole('button', { name: '对比' }).click()
      await page.waitForSelector('.result .sum')
      assert.match(await page.locator('.result .sum').innerText(), /16 市 \d+ 个城市日中,\d+ 天等级改变[\s\S]*优良天数 \d+ .* → \d+/)
      assert.match(await page.locator('.result').innerText(), /模拟/, 'simulated days say so')
      await page.waitForSelector('.result svg path', { state: 'attached' })
      assert.equal(await page.locator('.cities tbody tr').count(), 16)
      await page.waitForTimeout(500)
      await shoot(page, size, 'what-if-page')
      await page.locator('.cities').scrollIntoViewIfNeeded()
      await shoot(page, size, 'what-if-cities')
      const sheet = await page.evaluate(async () => {
        const answer = await fetch(document.querySelector('.result a[download]').href)
        return answer.ok && /spreadsheet/.test(answer.headers.get('content-type'))
      })
      assert.ok(sheet, 'it exports to xlsx')
      await page.locator('.changes').scrollIntoViewIfNeeded()
      await page.waitForSelector('.changes a[href*="law_of"]')
      await shoot(page, size, 'what-if-days')
      await page.locator('.changes a[href*="law_of"]').first().click()
      await page.waitForSelector('.tree .lead-figure')
    })

    step('packets arrive live, marked as simulated', async (page) => {
      await go(page, '/packets')
      await page.waitForSelector('.cards dd')
      await page.waitForSelector('.state.live')
      await page.waitForFunction(() => document.querySelectorAll('.recent tbody tr').length > 0, null, { timeout: 60_000 })
      const first = await page.locator('.recent tbody tr').first().innerText()
      await page.waitForFunction((was) => document.querySelector('.recent tbody tr')?.innerText !== was, first, { timeout: 60_000 })
      assert.match(await page.locator('.page').innerText(), /模拟/)
      assert.match(await page.locator('.one .raw').innerText(), /^##\d{4}/)
      await page.getByRole('button', { name: '暂停' }).click()
      await shoot(page, size, 'packets')
      await page.locator('.recent tbody tr a').first().click()
      await page.waitForSelector('.page .facts dd')
      assert.match(await page.locator('.page').innerText(), /CRC/)
      await shoot(page, size, 'packet')
    })

    step('English is complete', async (page) => {
      for (const path of ['/?lang=en', '/law?lang=en&domain=air', '/law/doubts?lang=en&certainty=none', '/law/record?lang=en', '/calc/round.gbt8170?lang=en', '/what-if?lang=en&year=2024&other=2031-01-01', '/packets?lang=en', '/stand/0.1?lang=en&full=1']) {
        await go(page, path)
        await page.waitForSelector(':is(.doc h1, .page h1, .fig h1):visible')
        await page.waitForLoadState('load')
        await page.waitForTimeout(700)
        const chinese = await page.evaluate(() => {
          const out = []
          const walk = document.createTreeWalker(document.querySelector('header.top').parentElement, NodeFilter.SHOW_TEXT)
          for (let node = walk.nextNode(); node; node = walk.nextNode()) {
            const el = node.parentElement
            // The plan stays Chinese and says so; raw evidence and names printed by others stay as they came.
            if (!/\p{Script=Han}/u.test(node.data) || el.closest('[lang="zh-CN"], .raw, .recent, table, script, style')) continue
            if (el.checkVisibility()) out.push(node.data.trim())
          }
          return out
        })
        assert.deepEqual(chinese, [], path)
      }
      await shoot(page, size, 'english')
    })

    step('what does not exist is said so', async (page, tab) => {
      await go(page, '/explain?ref=city-day:999999/2024-03-11')
      await page.waitForSelector('[role=alert]')
      assert.match(await page.locator('[role=alert]').innerText(), /没有取到/)
      await shoot(page, size, 'error')
      await go(page, '/no/such/page')
      await page.waitForSelector('h1')
      assert.match(await page.locator('h1').innerText(), /没有这个页面/)
      // The refused question is the point of this step; anything else is still a complaint.
      tab.complaints.splice(0, tab.complaints.length, ...tab.complaints.filter((c) => !/4\d\d/.test(c)))
    })

    if (size.name === 'wide') {
      step('everything works from the keyboard', async (page) => {
        await go(page, '/')
        await page.waitForSelector('[data-sentence]')
        await page.keyboard.press('n')
        const id = await page.evaluate(() => document.activeElement.dataset.sentence)
        assert.ok(id, 'n leads to the first sentence with a figure')
        await page.keyboard.press('Enter')
        await page.waitForSelector('.panel')
        await page.keyboard.press('Escape')
        await page.waitForSelector('.panel', { state: 'detached' })
        assert.equal(await page.evaluate(() => document.activeElement.dataset.sentence), id, 'Esc leads back to the sentence')
        await page.keyboard.press('j')
        assert.notEqual(await page.evaluate(() => document.activeElement.dataset.sentence), id)
        await page.keyboard.press('/')
        await page.locator('input[role=combobox]').fill('3095')
        await page.waitForSelector('#hit-0')
        await shoot(page, size, 'search')
        await page.keyboard.press('Enter')
        await page.waitForURL(/\/(law|stand)/)
        await page.keyboard.press('?')
        await page.waitForSelector('[role=dialog] kbd')
        await page.keyboard.press('Escape')
        await page.waitForSelector('[role=dialog]', { state: 'detached' })
      })

      step('on paper the notes stand under their sentences', async (page) => {
        await go(page, '/')
        await page.waitForSelector('[data-sentence]')
        await page.emulateMedia({ media: 'print' })
        assert.ok(await page.locator('.folded .note').first().isVisible())
        assert.ok(!(await page.locator('.rail').isVisible()))
        const pdf = await page.pdf({ format: 'A4' })
        assert.ok(pdf.length > 20_000)
      })
    }
  })
}

async function notesStandApart(page) {
  const boxes = await page.locator('.margin [data-note]').evaluateAll((all) => all.map((el) => el.getBoundingClientRect()).map((r) => [r.top, r.bottom]))
  assert.ok(boxes.length > 5, 'there are margin notes')
  for (let i = 1; i < boxes.length; i += 1) assert.ok(boxes[i][0] >= boxes[i - 1][1], `note ${i} stands under note ${i - 1}`)
}
