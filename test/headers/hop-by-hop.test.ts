import { test } from 'tap'
import { connectionOptions, hopByHop } from '../../lib/headers/hop-by-hop.ts'

test('the names in Connection are listed in lower case, over all lines, without blanks', async (t) => {
  const values = ['Keep-Alive, X-Tenant', ' close ,, ', '']

  const names = connectionOptions(values)

  t.strictSame(names, ['keep-alive', 'x-tenant', 'close'])
})

test('without Connection no name is listed', async (t) => {
  const values: string[] = []

  const names = connectionOptions(values)

  t.strictSame(names, [])
})

for (const name of ['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'proxy-authorization', 'http2-settings']) {
  test(`${name} concerns one connection only`, async (t) => {
    const header = name

    const verdict = hopByHop.has(header)

    t.equal(verdict, true)
  })
}

for (const name of ['host', 'authorization', 'content-length', 'x-tenant']) {
  test(`${name} is passed on`, async (t) => {
    const header = name

    const verdict = hopByHop.has(header)

    t.equal(verdict, false)
  })
}
