import type { FastifyRequest } from 'fastify'
import fc from 'fast-check'
import t from 'tap'
import { countedAddress } from '../../lib/limits/address.ts'
import { encoded, keyReader } from '../../lib/limits/limit-keys.ts'
import type { LimitKey } from '../../types/limits.ts'

t.test('IPv6 addresses of one /64 network are counted together', (t) => {
  for (const [ip, expected] of [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['203.0.113.7:51234', '203.0.113.7'],
    ['[2001:db8:1:2::1]:51234', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['', 'unknown']
  ] as const) t.equal(countedAddress(ip), expected, ip)
  t.end()
})

t.test('different values never have the same key', async () => {
  const values = fc.array(fc.oneof(fc.string(), fc.constantFrom('1:a', '#', ':', '2:ab1:c', '')), { minLength: 1, maxLength: 3 })

  fc.assert(fc.property(values, values, (one, other) => {
    const isSame = JSON.stringify(one) === JSON.stringify(other)
    return isSame === (one.map(encoded).join('') === other.map(encoded).join(''))
  }))
})

t.test('long values are hashed', (t) => {
  const [one, other] = [encoded('x'.repeat(10_000)), encoded('x'.repeat(10_001))]

  t.equal(one.length, 44)
  t.not(one, other)
  t.end()
})

t.test('without a version and without a rule, limits by them do not apply', async (t) => {
  const request = { version: null, raw: {} } as unknown as FastifyRequest

  t.strictSame(['version', 'route', 'claim:sub', 'global'].map((key) => keyReader(key as LimitKey)(request)), [null, null, null, ''])
})

const claims: Array<[value: unknown, key: string | null]> = [['acme', 'acme'], [7, '7'], [true, 'true'], [['acme'], null], [undefined, null]]
for (const [value, key] of claims) {
  t.test(`a claim with the value ${JSON.stringify(value)} has the key ${JSON.stringify(key)}`, async (t) => {
    const request = { identity: { provider: 'idp', claims: { tenant: value } } } as unknown as FastifyRequest

    t.equal(keyReader('claim:tenant')(request), key)
  })
}

t.test('a version is a key', async (t) => {
  t.equal(keyReader('version')({ version: { id: 'v2' } } as unknown as FastifyRequest), 'v2')
})
