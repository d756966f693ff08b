import { once } from 'node:events'
import { connect, type ClientHttp2Stream } from 'node:http2'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeApp } from '../helpers/gateway.ts'
import { makeHttp2App } from '../helpers/http2.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

/** Names of members that every JavaScript object has. */
const names = ['constructor', '__proto__', 'hasownproperty', 'toString', 'valueOf', '__defineGetter__']
const lines = names.map((name, index) => `${name}: ${index}`)

async function answeringOddly (t: Test): Promise<string> {
  return await upstreamSending(t, ['HTTP/1.1 200 OK', 'Content-Length: 2', ...lines, '__proto__: again', '', 'ok'].join('\r\n'))
}

t.test('response fields named like object members are kept', async (t) => {
  const { origin } = await gatewayTo(t, { targets: await answeringOddly(t) })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a'])

  t.strictSame(response.split('\r\n').filter((line) => lines.includes(line)), lines)
  t.match(response, /^__proto__: again\r$/m)
})

t.test('response fields named like object members are kept if a hook sets headers', async (t) => {
  const app = makeApp(t)
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-hook', '1').raw.setHeader('x-raw', '1')
    done()
  })
  const { origin } = await gatewayTo(t, { targets: await answeringOddly(t) }, app)

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a'])

  t.strictSame(response.split('\r\n').filter((line) => lines.includes(line)), lines)
})

t.test('request fields named like object members are kept', async (t) => {
  const { origin } = await gatewayTo(t, { targets: await startUpstream(t, 'v1') })

  const { rawHeaders } = bodyOf<Seen>(await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a', ...lines]))

  t.strictSame(names.map((name) => rawHeaders[rawHeaders.indexOf(name) + 1]), names.map((_, index) => String(index)))
})

t.test('response fields named like object members are kept over HTTP/2', async (t) => {
  const { app } = await makeHttp2App(t)
  const { origin } = await gatewayTo(t, { targets: await answeringOddly(t) }, app)
  const session = connect(origin)
  t.teardown(() => session.destroy())

  const stream: ClientHttp2Stream = session.request({ ':path': '/' })
  const [, , rawHeaders] = await once(stream, 'response') as [object, number, string[]]
  await text(stream)

  t.strictSame(names.map((name) => rawHeaders.includes(name.toLowerCase())), names.map(() => true))
})
