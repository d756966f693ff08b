import type { RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { readResponse, type Front, startHttp2Gateway } from '../helpers/http2.ts'
import { startUpstream } from '../helpers/upstream.ts'

async function gatewayTo (t: Test, listener: RequestListener, front?: Front) {
  const upstream = await startUpstream(t, 'latest', listener)
  return await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} }, front)
}

const size = 4 * 1024 * 1024

for (const front of ['h2', 'h2c'] as const) {
  t.test(`a large response arrives completely at a slow reader over ${front}`, async (t) => {
    const { session } = await gatewayTo(t, (_request, response) => response.end(Buffer.alloc(size)), front)
    const stream = session.request()
    let received = 0

    for await (const chunk of stream) {
      received += chunk.length
      await new Promise(setImmediate)
    }

    t.equal(received, size)
  })

  t.test(`a large upload over ${front} arrives completely at a slow upstream`, async (t) => {
    const { session } = await gatewayTo(t, async (request, response) => {
      let received = 0
      for await (const chunk of request) {
        received += chunk.length
        await new Promise(setImmediate)
      }
      response.end(String(received))
    }, front)
    const stream = session.request({ ':method': 'POST' })

    stream.end(Buffer.alloc(size))
    const { body } = await readResponse(stream)

    t.equal(body, String(size))
  })
}

t.test('a response that precedes the end of the upload arrives, and the session stays usable', async (t) => {
  const { session, send } = await gatewayTo(t, (_request, response) => { response.writeHead(413).end('too large') })
  const stream = session.request({ ':method': 'POST' })

  stream.end(Buffer.alloc(size))
  const first = await readResponse(stream)
  const second = await send('/', { ':method': 'POST' }, 'small')

  t.match(first, { status: 413, body: 'too large' })
  t.equal(second.status, 413)
})

t.test('an upload over the limit is refused without an effect on the connection', async (t) => {
  const warnings: string[] = []
  const note = ({ message }: Error): void => { warnings.push(message) }
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const upstream = await startUpstream(t, 'latest')
  const latest = { upstream: { targets: upstream, maxRequestBytes: 4 } }
  const { send } = await startHttp2Gateway(t, { versions: { latest }, resolve: {} })

  const tooLarge = await send('/', { ':method': 'POST' }, 'hello')
  const small = await send('/', { ':method': 'POST' }, 'hi')

  t.equal(tooLarge.status, 413)
  t.match(JSON.parse(tooLarge.body), { code: 'REQUEST_TOO_LARGE' })
  t.equal(small.status, 200)
  t.strictSame(warnings, [])
})
