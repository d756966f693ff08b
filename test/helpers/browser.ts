import { type BrowserContextOptions, chromium } from 'playwright-core'
import type { Test } from 'tap'

/**
 * Starts headless Chromium: the one at `CHROMIUM_PATH`, or else the one from npm, with the libraries that it needs.
 * A page that logs an error to the console fails the test.
 */
export async function startBrowser (t: Test) {
  const executablePath = process.env.CHROMIUM_PATH ?? await bundled()
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  t.teardown(() => browser.close())
  const errors: string[] = []
  return {
    errors,
    async open (url: string, options: BrowserContextOptions = {}) {
      const page = await browser.newPage({ httpCredentials: { username: 'admin', password: 'admin' }, ...options })
      page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text()) })
      page.on('pageerror', (error) => { errors.push(error.message) })
      await page.goto(url)
      return page
    }
  }
}

async function bundled (): Promise<string> {
  // The package reads this when it is loaded. It then also unpacks system libraries that minimal images lack.
  process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs22.x'
  const { default: bundle } = await import('@sparticuz/chromium')
  return await bundle.executablePath()
}
