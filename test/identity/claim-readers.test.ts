import t from 'tap'
import { type ClaimReader, ClaimReaders } from '../../lib/identity/claim-readers.ts'
import type { Claims } from '../../types/index.ts'

const enough = 50

/** Makes claim readers with their own clock, and collects their warnings. */
function makeReaders (known = new Map<string, ClaimReader>()) {
  const clock = { now: 0 }
  const warnings: object[] = []
  const readers = new ClaimReaders(known, { warn: (fields: object) => { warnings.push(fields) } }, () => clock.now)
  const request = (count: number, claims: Claims, provider = 'idp'): void => {
    const failing = readers.failing(claims, provider)
    for (let i = 0; i < count; i++) readers.count({ failing, identity: { claims, provider } })
  }
  return { readers, clock, warnings, request, known }
}

t.test('a claim that no token has causes a warning with the option and a similar claim, but without values', async (t) => {
  const { readers, warnings, request } = makeReaders()
  readers.add('resolve.pin[0]', ['userMetdata', 'version'])
  const claims = { userMetadata: { version: 'v2-secret' } }

  request(enough - 1, claims)
  const before = warnings.length
  request(1, claims)

  t.equal(before, 0)
  t.strictSame(warnings, [{ option: 'resolve.pin[0]', claim: 'userMetdata.version', requests: enough, similar: 'userMetadata.version' }])
})

t.test('a claim with dots or slashes is shown as an array, and the warning suggests nothing if no claim is similar', async (t) => {
  const { readers, warnings, request } = makeReaders()
  readers.add('resolve.pin[0]', ['version'])
  readers.add('resolve.pin[1]', ['https://acme.io/plan'])

  request(enough, { 'https://acme.io/version': 1 })

  t.strictSame(warnings, [
    { option: 'resolve.pin[0]', claim: 'version', requests: enough, similar: "['https://acme.io/version']" },
    { option: 'resolve.pin[1]', claim: "['https://acme.io/plan']", requests: enough }
  ])
})

t.test('each option causes at most one warning every ten minutes', async (t) => {
  const { readers, clock, warnings, request } = makeReaders()
  readers.add('resolve.pin[0]', ['version'])
  readers.add('resolve.pin[1]', ['tenant'])

  request(10 * enough, {})
  clock.now = 599_999
  request(enough, {})
  const first = warnings.length
  clock.now = 600_000
  request(enough, {})

  t.equal(first, 2)
  t.equal(warnings.length, 4)
})

t.test('a claim that any token has had is not reported as misspelled, even if it is null', async (t) => {
  const { readers, warnings, request } = makeReaders()
  readers.add('resolve.pin[0]', ['version'])
  readers.add('resolve.pin[1]', ['tenant'])

  request(1, { version: 'v2', tenant: null })
  request(10 * enough, {})

  t.strictSame(warnings, [])
  t.match(readers.list(), [{ absent: 10 * enough }, { absent: 10 * enough }])
})

t.test('claims of one provider are not expected in tokens of others', async (t) => {
  const { readers, warnings, request } = makeReaders()
  readers.add('identity.providers[0].claimsToHeaders[0]', ['version'], 'idp')

  request(enough, {}, 'other')

  t.strictSame(warnings, [])
  t.match(readers.list(), [{ absent: 0 }])
})

t.test('a new app inherits the findings of the previous one', async (t) => {
  const before = makeReaders()
  before.readers.add('resolve.pin[0]', ['version'])
  before.readers.add('resolve.pin[1]', ['tenant'])
  before.request(1, { version: 'v2' })
  before.request(enough, {})

  const after = makeReaders(before.known)
  after.readers.add('resolve.pin[0]', ['version'])
  after.readers.add('resolve.pin[1]', ['plan'])
  after.request(enough, {})

  t.match(before.warnings, [{ claim: 'tenant' }])
  t.match(after.warnings, [{ claim: 'plan', requests: enough }])
  t.match(after.readers.list(), [{ absent: 2 * enough }, { absent: enough }])
})

t.test('tokens without missing claims share the same empty list', async (t) => {
  const { readers } = makeReaders()
  readers.add('resolve.pin[0]', ['version'])

  t.equal(readers.failing({ version: 1 }, 'idp'), readers.failing({ version: 2 }, 'idp'))
})
