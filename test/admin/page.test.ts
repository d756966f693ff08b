import t from 'tap'
import { onPage } from '../helpers/admin-page.ts'

t.test('the page shows versions with their state, countdown, traffic, targets and callers, and the order of precedence', async (t) => {
  const { page, text, errors } = await onPage(t)

  t.match(await text('#summary'), /4 versions, revision 1. Callers that name no version get v3./)
  t.match(await text('#version-v1'), /deprecated[^]*sunset 2026-11-21[^]*20 days left[^]*successor v3/)
  t.match(await text('#version-v2'), /overdue by 2 days/)
  t.match(await text('#version-v3'), /latest[^]*default[^]*active[^]*healthy, 0 in flight/)
  t.match(await text('#version-v4'), /retired/)
  await page.waitForSelector('#version-v1 svg[aria-label="v1: 1 requests, 0 failed, 0 refused"]')
  t.match(await text('#callers-v1'), /v1: 1 caller[^]*unknown\s+1\s+less than a minute ago\s+override/)
  t.match(await text('#precedence-steps'), /Override[^]*header:x-version-override[^]*Pin[^]*claim:userMetadata.version[^]*Default[^]*latest, which is v3/)
  t.match(await text('#request-rows'), /GET \/a\s+200\s+[\d.]+\s+v1\s+override, header:x-version-override: v1\s+served/)
  t.strictSame(errors, [])
})

t.test('the page updates without a reload and keeps the focus', async (t) => {
  const { page, visit, look } = await onPage(t)
  await page.focus('#do-retire-v3')

  await visit()
  await look()

  await page.waitForSelector('#version-v1 svg[aria-label^="v1: 2 requests"]')
  t.equal(await page.evaluate('document.activeElement.id'), 'do-retire-v3')
})

t.test('a closed section stays closed and keeps the focus', async (t) => {
  const { page, app, look } = await onPage(t)
  await page.click('#callers-of-v1')

  app.versions.promote('latest', 'v1')
  await look()
  await page.locator('#aliases', { hasText: 'latest is v1' }).waitFor()

  t.equal(await page.getAttribute('#callers-v1', 'open'), null)
  t.equal(await page.evaluate('document.activeElement.id'), 'callers-of-v1')
})

t.test('a change that is confirmed twice is applied only once', async (t) => {
  const { page, text, app } = await onPage(t)
  await page.click('#do-disable-v3')
  await page.fill('#change-form [name=reason]', 'a test')

  await page.evaluate("for (const _ of [1, 2]) document.getElementById('change-form').requestSubmit()")
  await page.locator('#said', { hasText: 'Done: Disable v3. Revision 2.' }).waitFor()

  t.equal(app.versions.revision, 2)
  t.equal(await page.locator('#audit-list li').count(), 1)
  t.equal(await page.evaluate('document.activeElement.id'), 'do-enable-v3', 'the focus is where the button was')
  t.match(await text('#live'), /Live/)
})

t.test('a version can be disabled and enabled with only the keyboard', async (t) => {
  const { page, text, app, errors } = await onPage(t)

  await page.focus('#do-disable-v3')
  await page.keyboard.press('Enter')
  t.equal(await text('#change-title'), 'Disable v3')
  t.equal(await page.evaluate('document.activeElement.closest("dialog").id'), 'change', 'the focus is in the dialog')
  await page.keyboard.press('Tab')
  await page.keyboard.type('a test')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#do-enable-v3')

  t.strictSame(app.versions.get('v3')!.disabled, { reason: 'a test' })
  t.match(await text('#version-v3'), /disabled\s+a test/)
  t.match(await text('#audit-list'), /127.0.0.1: disable v3, revision 2: a test/)
  await page.click('#do-enable-v3')
  await page.fill('#change-form [name=reason]', 'done')
  await page.click('#change-confirm')
  await page.waitForSelector('#do-disable-v3')
  t.equal(app.versions.get('v3')!.disabled, null)
  t.strictSame(errors, [])
})

t.test('an alias can be moved, a version retired, and the previous set restored', async (t) => {
  const { page, app } = await onPage(t)
  const confirm = async () => {
    await page.fill('#change-form [name=reason]', 'a test')
    await page.click('#change-confirm')
  }

  await page.click('#do-promote-latest')
  await page.selectOption('#change-form [name=version]', 'v1')
  await confirm()
  await page.locator('#aliases', { hasText: 'latest is v1' }).waitFor()
  await page.click('#rollback')
  await confirm()
  await page.locator('#aliases', { hasText: 'latest is v3' }).waitFor()
  await page.click('#do-retire-v2')
  await page.check('#change-form [name=force]')
  await confirm()
  await page.locator('#version-v2', { hasText: 'retired' }).waitFor()

  t.equal(app.versions.get('v2')!.state, 'retired')
})

t.test('a rejected change is explained in the dialog and changes nothing', async (t) => {
  const { page, app } = await onPage(t)

  await page.click('#do-retire-v1')
  await page.fill('#change-form [name=reason]', 'a test')
  await page.click('#change-confirm')
  await page.locator('#change-problem', { hasText: "Version 'v1' is in use" }).waitFor()
  await page.click('#change-cancel')
  t.equal(await page.isVisible('#change'), false)
  t.equal(app.versions.revision, 1)
})

t.test('the explanation of a request matches what the gateway does', async (t) => {
  const { page, text, send } = await onPage(t)

  await page.fill('#explain-form [name=headers]', 'x-version-override: v1\n')
  await page.fill('#explain-form [name=claims]', '{ "userMetadata": { "version": "v3" } }')
  await page.click('#explain-form button')
  await page.waitForSelector('#explanation .verdict')
  t.match(await text('#explanation'), /Forwarded to v1[^]*By override: header:x-version-override/)
  t.equal((await send('/', { headers: { 'x-version-override': 'v1' } })).headers.get('api-version'), 'v1')

  await page.fill('#explain-form [name=headers]', 'x-version-override: v4')
  await page.click('#explain-form button')
  await page.waitForSelector('#explanation .verdict.bad')
  t.match(await text('#explanation'), /Refused: 410 VERSION_RETIRED/)

  await page.fill('#explain-form [name=headers]', 'no header')
  await page.click('#explain-form button')
  await page.waitForSelector('#explanation .problem')
  t.match(await text('#explanation'), /"no header" is not a header/)
})

t.test('text that looks like HTML is shown as text', async (t) => {
  const { page, text, app, errors, look } = await onPage(t)

  app.versions.disable('v3', { reason: '<img src=x onerror=alert(1)>' })
  await look()
  await page.waitForSelector('#do-enable-v3')

  t.match(await text('#version-v3'), /<img src=x/)
  t.equal(await page.locator('#version-v3 img').count(), 0)
  t.strictSame(errors, [])
})

t.test('if the gateway does not respond, the page shows that its data is out of date', async (t) => {
  const { page, text, look } = await onPage(t)

  await page.route('**/api/versions', async (route) => await route.abort())
  await look()
  await page.waitForSelector('#live.problem')

  t.match(await text('#live'), /Not up to date/)
})
