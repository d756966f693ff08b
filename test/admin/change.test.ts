import t from 'tap'
import { makeApp } from '../helpers/gateway.ts'
import { administered } from '../helpers/admin.ts'

const reason = 'a test'

t.test('versions can be disabled and enabled', async (t) => {
  const { post, send, app } = await administered(t)
  const statusOfV2 = async () => (await send('/a', { headers: { 'x-version-override': 'v2' } })).status

  t.strictSame(await post('versions/v2/disable', { reason, retryAfter: 7 }), { status: 200, body: { revision: 2 } })
  t.strictSame(app.versions.get('v2')!.disabled, { reason, retryAfter: 7 })
  t.equal(await statusOfV2(), 503)
  t.strictSame(await post('versions/V2/enable', { reason }), { status: 200, body: { revision: 3 } })
  t.equal(await statusOfV2(), 200)
})

t.test('after a version is disabled, callers that did not name it get another version', async (t) => {
  const { post, see, bearer } = await administered(t)

  await post('versions/v2/disable', { reason, to: 'latest' })

  t.equal((await see('/a', { headers: bearer('v2') })).servedBy, 'latest')
})

t.test('an alias can be moved, and the previous set restored', async (t) => {
  const { post, app } = await administered(t, { aliases: { stable: 'latest' } as never })

  t.match(await post('aliases/stable/promote', { version: 'v2', reason }), { status: 200 })
  t.equal(app.versions.get('stable')!.id, 'v2')
  t.match(await post('rollback', { reason }), { status: 200 })
  t.equal(app.versions.get('stable')!.id, 'latest')
})

t.test('a version in use is retired only with force', async (t) => {
  const { post, see, bearer, app } = await administered(t)
  await see('/a', { headers: bearer('v2') })

  t.match(await post('versions/v2/retire', { reason }), { status: 409, body: { code: 'VERSION_IN_USE', consumers: [{ consumer: 'alice' }] } })
  t.equal(app.versions.get('v2')!.state, 'active')
  t.match(await post('versions/v2/retire', { reason, force: true }), { status: 200 })
  t.equal(app.versions.get('v2')!.state, 'retired')
})

t.test('invalid input is rejected with a reason and changes nothing', async (t) => {
  const { post, app } = await administered(t, { aliases: { stable: 'v2' } as never })
  const cases: Array<[path: string, body: unknown, status: number, detail: RegExp]> = [
    ['versions/v2/disable', {}, 400, /reason: missing/],
    ['versions/v2/disable', { reason: ' ' }, 400, /reason/],
    ['versions/v2/disable', { reason: 'x'.repeat(501) }, 400, /reason/],
    ['versions/v2/disable', { reason: 7 }, 400, /reason/],
    ['versions/v2/disable', { reason, retryAfter: '7' }, 400, /retryAfter/],
    ['versions/v2/disable', { reason, too: 'latest' }, 400, /too: unknown option/],
    ['versions/v2/disable', { reason, to: 'v9' }, 422, /v9/],
    ['versions/v2/disable', null, 400, /expected an object/],
    ['versions/v2/disable', [], 400, /expected an object/],
    ['versions/v9/disable', { reason }, 404, /no version 'v9'/],
    ['versions/__proto__/disable', { reason }, 404, /no version/],
    ['versions/v2/retire', { reason, force: 'yes' }, 400, /force/],
    ['aliases/latest/promote', { reason }, 400, /version: missing/],
    ['aliases/stable/promote', { reason, version: 'v9' }, 422, /^id: 'v9' is neither/],
    ['aliases/stabel/promote', { reason, version: 'v2' }, 404, /no alias 'stabel'/],
    ['aliases/v2/promote', { reason, version: 'v2' }, 404, /no alias 'v2'/],
    ['rollback', { reason, steps: 0 }, 400, /steps/],
    ['rollback', { reason, steps: 3 }, 422, /earlier sets/]
  ]
  for (const [path, body, status, detail] of cases) {
    t.match(await post(path, body), { status, body: { status, detail, code: String } }, `${path} ${JSON.stringify(body)}`)
  }
  t.equal(app.versions.revision, 1)
})

t.test('a change based on an outdated revision is rejected', async (t) => {
  const { post, app } = await administered(t)
  await post('versions/v2/disable', { reason, revision: 1 })

  t.match(await post('versions/latest/disable', { reason, revision: 1 }), { status: 409, body: { code: 'ADMIN_REVISION_CHANGED', detail: /revision is 2/ } })
  t.equal(app.versions.revision, 2)
})

t.test('every change, even a rejected one, is logged with its actor and reason', async (t) => {
  const written: string[] = []
  const app = makeApp(t, { logger: { level: 'info', stream: { write: (line: string) => { written.push(line) } } } })
  const { post, get } = await administered(t, {}, { actor: () => 'ada' }, app)

  await post('versions/v2/disable', { reason })
  await post('versions/v9/enable', { reason: 'a slip' })

  const lines = written.map((line) => JSON.parse(line) as { audit?: object, level: number }).filter(({ audit }) => audit !== undefined)
  t.match(lines, [
    { level: 40, audit: { actor: 'ada', action: 'disable', subject: 'v2', reason, revision: 2 } },
    { level: 40, audit: { actor: 'ada', action: 'enable', subject: 'v9', reason: 'a slip', revision: null } }
  ])
  t.match(await get('audit'), { body: { changes: [{ action: 'enable' }, { action: 'disable', at: String }] } })
})

t.test('the response lists some of the callers that prevent a retirement; the log lists none', async (t) => {
  const written: string[] = []
  const app = makeApp(t, { logger: { level: 'warn', stream: { write: (line: string) => { written.push(line) } } } })
  const { post, see, issuer } = await administered(t, {}, {}, app)
  for (let index = 0; index < 25; index++) {
    await see('/a', { headers: { 'x-version-override': 'v2', authorization: `Bearer ${issuer.token({ sub: `caller-${index}` })}` } })
  }

  const { body } = await post('versions/v2/retire', { reason })

  t.equal(body.consumers.length, 20)
  t.match(written, [/VERSION_IN_USE/])
  t.notMatch(written[0], /caller-/)
})

t.test('the audit log contains the version id even if the request named an alias', async (t) => {
  const { post, get } = await administered(t, { aliases: { stable: 'v2' } as never })

  await post('versions/stable/disable', { reason })

  t.match(await get('audit'), { body: { changes: [{ subject: 'v2' }] } })
})

t.test('the actor defaults to the client address', async (t) => {
  const { post, get } = await administered(t)

  await post('versions/v2/disable', { reason })

  t.match(await get('audit'), { body: { changes: [{ actor: '127.0.0.1' }] } })
})

t.test('an internal error does not appear in the response', async (t) => {
  for (const actor of [() => { throw new Error('secret') }, async () => 'ada', () => 7] as unknown as Array<() => string>) {
    const { post, app } = await administered(t, {}, { actor })

    const { status, body } = await post('versions/v2/disable', { reason })

    t.equal(status, 500)
    t.notMatch(JSON.stringify(body), /secret/)
    t.equal(app.versions.revision, 1)
  }
})
