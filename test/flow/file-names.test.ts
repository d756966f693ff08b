import t, { type Test } from 'tap'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startHttp2Gateway } from '../helpers/http2.ts'
import { sendRaw } from '../helpers/raw.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'

// Node decodes Content-Disposition as UTF-8 when Content-Length comes first: one name lost bytes, another was a 502.

/** Byte for byte as an upstream sends them. */
const names = ['résumé.pdf', '履歴書.pdf', '\u{1f600}.pdf'].map((name) => Buffer.from(name).toString('latin1'))
const field = (name: string): string => `attachment; filename="${name}"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf`

async function downloadOf (t: Test, name: string): Promise<string> {
  return await upstreamSending(t, ['HTTP/1.1 200 OK', 'Content-Length: 2', 'X-Between: 1', `Content-Disposition: ${field(name)}`, '', 'ok'].join('\r\n'))
}

for (const name of [...names, 'caf\xe9.pdf']) {
  for (const version of ['1.0', '1.1']) {
    t.test(`the file name ${JSON.stringify(name)} is passed through byte for byte over HTTP/${version}`, async (t) => {
      const { origin, targets } = await gatewayTo(t, { targets: await downloadOf(t, name) })

      const response = await sendRaw(t, origin, [`GET / HTTP/${version}`, 'Host: api.test'])

      t.ok(Buffer.from(response).includes(Buffer.from(Buffer.from(`Content-Disposition: ${field(name)}\r\n`, 'latin1').toString())))
      t.match(response, /^HTTP\/1\.1 200 [^]*content-length: 2\r\n[^]*ok$/i)
      t.match(targets(), [{ healthy: true, failures: 0 }])
    })
  }

  t.test(`the file name ${JSON.stringify(name)} is passed through byte for byte over HTTP/2`, async (t) => {
    const { send } = await startHttp2Gateway(t, { versions: { latest: { upstream: await downloadOf(t, name) } }, resolve: {} })

    const { status, headers } = await send('/')

    t.equal(status, 200)
    t.equal(headers['content-disposition'], field(name))
  })
}

t.test('a file name after another Content-Disposition header is passed through byte for byte', async (t) => {
  const targets = await upstreamSending(t, [
    'HTTP/1.1 200 OK', 'Content-Disposition: inline', 'Content-Length: 2', `Content-Disposition: ${field('caf\xe9.pdf')}`, '', 'ok'
  ].join('\r\n'))
  const { origin } = await gatewayTo(t, { targets })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test'])

  t.match(response, /^HTTP\/1\.1 200 [^]*ok$/)
})

t.test('a file name is passed through byte for byte if a hook of the app has set a header', async (t) => {
  const app = makeApp(t)
  app.addHook('onRequest', async (_request, reply) => {
    reply.raw.setHeader('x-own', '1')
  })
  const { origin } = await gatewayTo(t, { targets: await downloadOf(t, names[0]!) }, app)

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test'])

  t.match(response, /x-own: 1/)
  t.match(response, /filename="résumé\.pdf"/)
  t.match(response, /content-length: 2\r\n/i)
})
