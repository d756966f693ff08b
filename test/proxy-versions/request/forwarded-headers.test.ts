import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { pushForwarded } from '../../../lib/proxy-versions/request/forwarded-headers.ts'

const request = { ip: '10.0.0.9', ips: undefined, host: 'api.test', protocol: 'https', raw: { httpVersion: '1.1' } }
const cases: Array<[sentence: string, request: object, headers: Record<string, string>]> = [
  ['one hop', {}, { 'x-forwarded-for': '10.0.0.9', forwarded: 'for=10.0.0.9;proto=https;host="api.test"', 'x-forwarded-host': 'api.test' }],
  ['several hops, the client first', { ip: '1.1.1.1', ips: ['10.0.0.9', '1.1.1.1'] }, {
    'x-forwarded-for': '1.1.1.1, 10.0.0.9', 'x-real-ip': '1.1.1.1', forwarded: 'for=1.1.1.1;proto=https;host="api.test", for=10.0.0.9'
  }],
  ['a hop that has gone', { ip: '1.1.1.1', ips: [undefined, '1.1.1.1'] }, { 'x-forwarded-for': '1.1.1.1, unknown' }],
  ['IPv6', { ip: '::1' }, { 'x-forwarded-for': '::1', forwarded: 'for="[::1]";proto=https;host="api.test"' }],
  ['IPv4 on a listener for both', { ip: '::ffff:10.1.2.3' }, {
    'x-forwarded-for': '10.1.2.3', 'x-real-ip': '10.1.2.3', forwarded: 'for=10.1.2.3;proto=https;host="api.test"'
  }],
  ['IPv4 behind a proxy on a listener for both', { ip: '1.1.1.1', ips: ['::ffff:10.0.0.9', '::FFFF:1.1.1.1'] }, {
    'x-forwarded-for': '1.1.1.1, 10.0.0.9', forwarded: 'for=1.1.1.1;proto=https;host="api.test", for=10.0.0.9'
  }],
  ['IPv6 that only looks like IPv4', { ip: '::ffff:a01' }, { 'x-forwarded-for': '::ffff:a01' }],
  ['no host', { host: '' }, { forwarded: 'for=10.0.0.9;proto=https' }],
  ['a host that cannot be quoted', { host: 'a"b' }, { forwarded: 'for=10.0.0.9;proto=https', 'x-forwarded-host': 'a"b' }],
  ['a peer without an address', { ip: undefined }, { 'x-forwarded-for': 'unknown', 'x-real-ip': 'unknown', forwarded: 'for=unknown;proto=https;host="api.test"' }]
]

for (const [sentence, more, expected] of cases) {
  t.test(sentence, async (t) => {
    const headers: string[] = []

    pushForwarded(headers, { ...request, ...more } as unknown as FastifyRequest)

    const pairs = Object.fromEntries(headers.flatMap((part, index) => index % 2 === 0 ? [[part, headers[index + 1]]] : []))
    t.match(pairs, expected)
    t.equal('x-forwarded-host' in pairs, 'x-forwarded-host' in expected || !('host' in more))
  })
}

t.test('an address that a hook sets per request is not cached for the connection', async (t) => {
  const raw = { httpVersion: '1.1', socket: {} }
  const addresses = ['1.1.1.1', '1.1.1.1', '2.2.2.2'].map((ip) => {
    const headers: string[] = []
    pushForwarded(headers, { ...request, ip, raw } as unknown as FastifyRequest)
    return headers[headers.indexOf('x-real-ip') + 1]
  })

  t.strictSame(addresses, ['1.1.1.1', '1.1.1.1', '2.2.2.2'])
})
