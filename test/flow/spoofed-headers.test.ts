import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import type { Seen } from '../helpers/upstream.ts'

const spellings = [
  'x-target-version', 'X-Target-Version', 'X_Target_Version', 'x.target.version', 'X-TARGET_version', 'x_target.Version'
]

for (const name of spellings) {
  t.test(`a client's ${name} affects neither the decision nor the upstream`, async (t) => {
    const { origin } = await startGateway(t)

    const response = await sendRaw(t, origin, ['GET /orders HTTP/1.1', 'Host: api.test', `${name}: v2`, `${name}: v2`])

    const seen = bodyOf<Seen>(response)
    t.equal(seen.servedBy, 'latest')
    t.notMatch(seen.rawHeaders.map((field) => field.toLowerCase().replaceAll(/[_.]/g, '-')), ['x-target-version'])
  })

  t.test(`a client's ${name} is replaced by the claim of its token`, async (t) => {
    const { origin, bearer } = await startGateway(t)

    const response = await sendRaw(t, origin, [
      'GET /orders HTTP/1.1', 'Host: api.test', `${name}: latest`, `Authorization: ${bearer('v2').authorization}`
    ])

    const seen = bodyOf<Seen>(response)
    t.equal(seen.servedBy, 'v2')
    const fields = seen.rawHeaders.filter((_, index) => index % 2 === 0)
    t.strictSame(fields.filter((field) => /^x[-_.]target[-_.]version$/i.test(field)), ['x-target-version'])
    t.equal(seen.headers['x-target-version'], 'v2')
  })
}

t.test('a header that is owned by a pattern is stripped in every spelling', async (t) => {
  const { see } = await startGateway(t, { sanitize: { owned: ['x-user-*'] } })

  const seen = await see('/orders', { headers: { 'X_User.Id': '1', 'x-user-': '2', 'x-username': 'kept' } })

  t.strictSame(Object.keys(seen.headers).filter((name) => name.startsWith('x-user') || name.startsWith('x_user')), ['x-username'])
})

t.test('the app\'s own hooks see only the values that the gateway sets', async (t) => {
  const seen: unknown[] = []
  const { app, issuer } = await startGateway(t, {
    resolve: {
      override: [{ name: 'spy', resolve: ({ headers, raw }) => { seen.push(headers['x-target-version'], raw.rawHeaders.includes('v2')); return undefined } }],
      default: 'latest'
    }
  })
  const authorization = `Bearer ${issuer.token()}`

  await app.inject({ url: '/orders', headers: { 'x-target-version': 'v2', authorization } })

  t.strictSame(seen, [undefined, false])
})
