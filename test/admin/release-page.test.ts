import t from 'tap'
import { onReleasePage, rollout, start } from '../helpers/released.ts'

t.test('a rollout is shown with its share, rings, ramp and guard, and charts of the cohort and the control group', async (t) => {
  const ramp = [{ at: start - 3_600_000, percent: 25 }, { at: start + 7_200_000, percent: 50 }]
  const { visit, clock, open, errors } = await onReleasePage(t, { rollouts: [{ ...rollout, ramp }] })
  for (const path of ['/orders', '/orders/broken']) for (const tenant of ['acme', 'umbrella']) await (await visit(tenant, path)).text()
  clock.now += 10_000
  const { page, text } = await open()

  t.match(await text('#rollout-checkout'), /v3 to v4[^]*running[^]*25 % of callers, by header:x-tenant/)
  t.match(await text('#rollout-checkout .facts'), /staff: open, 2 keys[^]*beta: closed, 1 key[^]*25 % 1 hour ago[^]*50 % in 1 hour/)
  t.match(await text('#rollout-checkout .facts'), /cohort 50 % of 2, control 0 % of 2[^]*Rolls back above 5 %[^]*2 % above the control group. It needs 48 more requests/)
  t.strictSame(await page.evaluate("[...document.querySelectorAll('.plot')].map((plot) => plot.getAttribute('aria-label').replace(/\\d+ ms/g, 'N ms'))"), [
    'Failed requests: cohort (v4) 50 %, control (v3) 0 %, the guard stops above 5 %',
    'Requests per second: cohort (v4) 0.2, control (v3) 0.2',
    'p95 until the response starts: cohort (v4) N ms, control (v3) N ms'
  ])
  t.match(await page.locator('.plot .line.cohort').first().getAttribute('d'), /^M285.0 0.0L/, 'the point of the last complete interval')
  t.match(await page.locator('.column title').nth(28).textContent(), /^12:00:00: cohort \(v4\) 50 %, control \(v3\) 0 %$/)
  t.strictSame(errors, [])
})

t.test('a rollout can be changed, held, rolled back and resumed with only the keyboard', async (t) => {
  const { app, open, errors } = await onReleasePage(t)
  const { page, text } = await open()
  const statusOf = () => app.versions.rollouts()[0]!
  const confirm = async (action: string, keys: () => Promise<void>, said: string) => {
    await page.focus(`#do-rollout-${action}-checkout`)
    await page.keyboard.press('Enter')
    await keys()
    await page.fill('#change-form [name=reason]', 'a test')
    await page.keyboard.press('Enter')
    await page.locator('#said', { hasText: said }).waitFor()
  }

  await confirm('percent', async () => await page.fill('#change-form [name=percent]', '40'), 'Done: Change the share of checkout. Revision 2.')
  t.equal(statusOf().percent, 40)
  t.equal(await page.evaluate('document.activeElement.id'), 'do-rollout-percent-checkout', 'the focus is where it was')
  await confirm('rings', async () => {}, 'Done: Change the rings of checkout')
  t.equal(statusOf().openRings, 2, 'the next ring was preselected')
  await confirm('hold', async () => {}, 'Done: Hold checkout')
  t.match(statusOf(), { state: 'held', reason: 'a test', percent: 40 })
  t.match(await text('#rollout-checkout'), /held[^]*a test/)
  await confirm('rollback', async () => {}, 'Done: Roll back checkout')
  t.match(statusOf(), { state: 'rolled-back', percent: 0 })
  await confirm('resume', async () => { t.match(await text('#change-meaning'), /continues with 40 %/) }, 'Done: Resume checkout')
  t.match(statusOf(), { state: 'running', percent: 40, reason: null })
  t.match(await text('#audit-list'), /127.0.0.1: rollout-percent checkout percent 40, revision 2: a test/)
  t.strictSame(errors, [])
})

t.test('a change of a rollout that has changed meanwhile is rejected in the dialog', async (t) => {
  const { app, open } = await onReleasePage(t)
  const { page } = await open()
  await page.click('#do-rollout-hold-checkout')

  app.versions.rollout('checkout', { percent: 50 })
  await page.fill('#change-form [name=reason]', 'a test')
  await page.click('#change-confirm')

  await page.locator('#change-problem', { hasText: 'revision is 2' }).waitFor()
  t.equal(app.versions.rollouts()[0]!.state, 'running')
})

t.test('rules are shown with their traffic, and a filter selects some of them', async (t) => {
  const { visit, open, errors } = await onReleasePage(t)
  for (const path of ['/orders', '/orders/broken', '/nowhere']) await (await visit('acme', path)).text()
  const { page, text } = await open()

  await page.waitForSelector('#route-orders svg[aria-label="orders: 2 requests, 1 failed, 0 refused"]')
  t.match(await text('#route-orders'), /\/orders\/\*\s+as resolvers decide[^]*50 %\s+[\d.]+ ms/)
  t.match(await text('#route-search'), /GET \/search, header x-beta: true\s+v3 90 %\s+v4 10 %\s+no requests/)
  t.match(await text('#route-lost'), /invalid[^]*500: the backend does not exist/)
  t.match(await text('#route-rows .undecided'), /Requests that match no rule/)
  t.equal(await text('#route-count'), '4 rules.')

  await page.fill('#route-filter', 'SEA')
  await page.locator('#route-count', { hasText: '1 of 4 rules match.' }).waitFor()
  t.equal(await page.locator('#route-orders').count(), 0)
  t.equal(await page.evaluate('document.activeElement.id'), 'route-filter')
  t.strictSame(errors, [])
})

t.test('rate limits are shown with the callers that they refuse most', async (t) => {
  const { limit, open, errors } = await onReleasePage(t)
  for (const [caller, count] of [['192.0.2.1', 5], ['192.0.2.2', 2]] as const) for (let index = 0; index < count; index++) limit(caller, index === 0)
  const { page, text } = await open()

  await page.waitForSelector('#limit-per-address svg[aria-label="per-address: 7 requests, 0 failed, 5 refused"]')
  t.match(await text('#limit-per-address'), /per-address\s+by ip[^]*71.4 %\s+192.0.2.1\s+4\s+192.0.2.2\s+1/)
  t.strictSame(errors, [])
})

t.test('differences that mirrors found are shown in a sentence and a table', async (t) => {
  const { app, open, errors } = await onReleasePage(t)
  const place = { method: 'GET', route: 'orders', at: '/items/0/price', kind: 'value', count: 3, share: 0.003 }
  const report = { mirror: 'compare', from: 'v3', to: 'v4', outcomes: { same: 997, differs: 3, sent: 0, failed: 0, dropped: 0 }, noise: [place] }
  Object.assign(app.versions, { shadow: () => [{ ...report, places: [place] }, { ...report, mirror: 'equal', places: [] }] })
  const { page, text } = await open()
  await page.waitForSelector('#shadow-list article')

  t.match(await text('#shadow-list'), /v4 differs from v3 in 0.3 % of GET orders, at \/items\/0\/price./)
  t.match(await text('#shadow-list tbody'), /GET orders\s+\/items\/0\/price\s+another value\s+0.3 %\s+3/)
  t.match(await text('#shadow-list'), /differ from request to request: 1 place./)
  t.match(await text('#shadow-list'), /No response of v4 differs from that of v3./)
  t.equal(await page.locator('#shadow-list svg[aria-label="Copies: 997 same, 3 differs"]').count(), 2)
  t.strictSame(errors, [])
})
