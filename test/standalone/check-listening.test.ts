import t from 'tap'
import { checkListening } from '../../lib/standalone/check-listening.ts'
import { Problems } from '../../lib/problems/config-problems.ts'
import type { LoadedFile } from '../../lib/standalone/loaded-file.ts'

function found (server: object, admin: object = {}): string[] {
  const problems = new Problems()
  checkListening(problems, { server, admin } as unknown as LoadedFile)
  return problems.list().map(({ path, message }) => `${path}: ${message}`)
}

const port = 9000

for (const [one, other] of [
  ['127.0.0.1', 'localhost'], ['localhost', '::1'], ['127.1', '127.0.0.1'], ['LOCALHOST.', 'localhost'], ['gateway.test', 'Gateway.TEST'],
  ['::1', '0:0:0:0:0:0:0:1'], ['::', '10.0.0.1'], ['0.0.0.0', 'fd00::1'], ['0', '10.0.0.1'], ['10.0.0.1', '0:0::0'], ['fe80::1%eth0', 'fe80::1']
] as const) {
  t.test(`one port on ${one} and ${other} is used twice`, async (t) => {
    t.match(found({ host: one, port }, { host: other, port }), ['admin.port: 9000 is the port of the gateway itself. Use another one.'])
    t.equal(found({ host: other, port }, { host: one, port }).length, 1)
  })
}

for (const [one, other] of [['127.0.0.1', '127.0.0.2'], ['10.0.0.1', '127.0.0.1'], ['fd00::1', '::1'], ['a.test', 'b.test']] as const) {
  t.test(`one port on ${one} and ${other} is used once each`, async (t) => {
    t.strictSame(found({ host: one, port }, { host: other, port }), [])
  })
}

for (const host of ['127.0.0.1:80', 'http://127.0.0.1', 'a b', ' 127.0.0.1', '[::1]', 'a/b', 'me@host', 'a?b', 'a#b', '256.0.0.1', '::g', '127.0.0.1\n', '*']) {
  t.test(`${JSON.stringify(host)} is no host`, async (t) => {
    t.match(found({ host, port }), [/^server\.host: expected an IP address or a host name, got .* Write '127\.0\.0\.1'/])
    t.match(found({ port }, { host, port: 1 }), [/^admin\.host: /])
  })
}

for (const host of ['0.0.0.0', '::', '::1', 'fe80::1%eth0', 'localhost', 'gateway.test', 'my_host', 'a-1']) {
  t.test(`${host} is a host`, async (t) => {
    t.strictSame(found({ host, port }), [])
  })
}

t.test('hosts of the wrong type are left to the schema', async (t) => {
  t.strictSame(found({ host: 1, port }, { host: 'a.test', port }), [])
  t.strictSame(found({ host: 'a.test', port }, { host: null, port }), [])
})
