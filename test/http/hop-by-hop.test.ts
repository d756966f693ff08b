import { test } from 'tap'
import { parseConnection, hopByHop } from '../../lib/http/hop-by-hop.ts'

test('the names in all lines of Connection are listed in lower case, without whitespace', async (t) => {
  const values = ['Keep-Alive, X-Tenant', ' close ,, ', '']

  const names = parseConnection(values)

  t.strictSame(names, ['keep-alive', 'x-tenant', 'close'])
})

test('no name is listed without Connection', async (t) => {
  const values: string[] = []

  const names = parseConnection(values)

  t.strictSame(names, [])
})

for (const name of ['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'proxy-authorization', 'http2-settings']) {
  test(`${name} applies to a single connection`, async (t) => {
    const header = name

    const verdict = hopByHop.has(header)

    t.equal(verdict, true)
  })
}

for (const name of ['host', 'authorization', 'content-length', 'x-tenant']) {
  test(`${name} is forwarded`, async (t) => {
    const header = name

    const verdict = hopByHop.has(header)

    t.equal(verdict, false)
  })
}
