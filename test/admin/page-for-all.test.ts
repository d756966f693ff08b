import t from 'tap'
import { onPage } from '../helpers/admin-page.ts'
import { lowContrasts, namelessControls, tablesWithoutHeaders } from '../helpers/page-checks.ts'

t.test('all text has enough contrast in light and dark mode', async (t) => {
  for (const colorScheme of ['light', 'dark']) {
    const { page } = await onPage(t, { colorScheme })
    const low = await page.evaluate(lowContrasts)
    t.strictSame(low, [], colorScheme)
  }
})

t.test('the page fits on a small screen, and only tables scroll', async (t) => {
  const { page } = await onPage(t, { viewport: { width: 400, height: 800 } })

  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 400)
})

t.test('every field and button has an accessible name, and every table has headers', async (t) => {
  const { page } = await onPage(t)
  await page.click('#do-disable-v3')

  const nameless = await page.evaluate(namelessControls)
  const headless = await page.evaluate(tablesWithoutHeaders)
  const levels = await page.evaluate("[...document.querySelectorAll('main h2, main h3, h1')].map((each) => each.tagName).join(' ')")

  t.strictSame(nameless, [])
  t.equal(headless, 0)
  t.match(levels, /^H1 H2/)
})
