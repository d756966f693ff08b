import t from 'tap'
import { onPage } from '../helpers/admin-page.ts'

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

  const nameless = await page.evaluate(`[...document.querySelectorAll('button, input, textarea, select')].filter((each) => each.checkVisibility())
    .filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.length)).map((each) => each.outerHTML)`)
  const headless = await page.evaluate("[...document.querySelectorAll('table')].filter((table) => !table.querySelector('th[scope=col]')).length")
  const levels = await page.evaluate("[...document.querySelectorAll('main h2, main h3, h1')].map((each) => each.tagName).join(' ')")

  t.strictSame(nameless, [])
  t.equal(headless, 0)
  t.match(levels, /^H1 H2/)
})

/** Finds text whose contrast with the background is less than 4.5 (WCAG 2.2, 1.4.3). */
const lowContrasts = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = (color) => channels(color).slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0)
  const behind = (each) => {
    for (let element = each; element; element = element.parentElement) {
      const { backgroundColor } = getComputedStyle(element)
      if (channels(backgroundColor)[3] !== 0) return backgroundColor
    }
  }
  return [...document.querySelectorAll('body *')].filter((each) => each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((each) => {
      const [light, dark] = [luminance(getComputedStyle(each).color), luminance(behind(each))].sort((one, other) => other - one)
      return (light + 0.05) / (dark + 0.05) < 4.5
    }).map((each) => each.outerHTML)
})()`
