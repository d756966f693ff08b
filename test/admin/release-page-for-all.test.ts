import t from 'tap'
import { onPage } from '../helpers/admin-page.ts'
import { lowContrasts, namelessControls, tablesWithoutHeaders } from '../helpers/page-checks.ts'
import { onReleasePage, rollout } from '../helpers/released.ts'

/** Opens the page with everything that it can show. */
async function onFullPage (t: Parameters<typeof onReleasePage>[0]) {
  const stopped = { ...rollout, name: 'stopped', state: 'rolled-back' as const, reason: 'too many errors' }
  const gateway = await onReleasePage(t, { rollouts: [rollout, stopped] })
  const outcomes = { same: 900, differs: 30, sent: 5, failed: 5, dropped: 5 }
  const place = { method: 'GET', route: 'orders', at: `/items/${'long/'.repeat(30)}`, kind: 'value', count: 3, share: 0.003 }
  Object.assign(gateway.app.versions, { shadow: () => [{ mirror: 'compare', from: 'v3', to: 'v4', outcomes, places: [place], noise: [] }] })
  for (const path of ['/orders', '/orders/broken', '/nowhere', '/lost/1']) await gateway.visit('acme', path)
  for (const caller of ['2001:db8:0:1::/64', `#${'a'.repeat(43)}`]) gateway.limit(caller, false)
  return gateway
}

t.test('all text about a release has enough contrast in light and dark mode', async (t) => {
  const { open } = await onFullPage(t)
  for (const colorScheme of ['light', 'dark']) {
    const { page } = await open({ colorScheme })
    await page.waitForSelector('#route-lost')

    t.strictSame(await page.evaluate(lowContrasts), [], colorScheme)
  }
})

t.test('the page of a release fits on screens of every width', async (t) => {
  const { open } = await onFullPage(t)
  for (const width of [360, 700, 1000, 1440]) {
    const { page } = await open({ viewport: { width, height: 800 } })
    await page.waitForSelector('#route-lost')

    t.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
  }
})

t.test('fields, buttons, tables and sections of a release have names', async (t) => {
  const { open } = await onFullPage(t)
  const { page } = await open()
  await page.waitForSelector('#route-lost')
  await page.click('#do-rollout-rings-checkout')

  t.strictSame(await page.evaluate(namelessControls), [])
  t.equal(await page.evaluate(tablesWithoutHeaders), 0)
  t.strictSame(await page.evaluate("[...document.querySelectorAll('svg')].filter((each) => !each.getAttribute('aria-label')).length"), 0)
  t.strictSame(await page.evaluate("[...document.querySelectorAll('nav a')].filter((each) => !document.querySelector(each.hash)).map((each) => each.hash)"), [])
})

t.test('sections without content are hidden, and so are the links to them', async (t) => {
  const { page } = await onPage(t)

  const visible = await page.evaluate("[...document.querySelectorAll('nav li, section')].filter((each) => each.checkVisibility()).map((each) => each.textContent).join()")

  t.notMatch(visible, /Rollouts|Routes|Rate limits|Shadow/)
  t.match(visible, /Versions/)
})
