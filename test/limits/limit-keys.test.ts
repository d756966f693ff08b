import fc from 'fast-check'
import t from 'tap'
import { countedAddress } from '../../lib/limits/address.ts'
import { encoded } from '../../lib/limits/limit-keys.ts'

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
