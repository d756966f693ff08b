import { once } from 'node:events'
import { type IncomingMessage, request as send, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { makeAuthority } from '../helpers/certificates.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeApp } from '../helpers/gateway.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { Content } from '../soak/content.ts'

// The memory of bodies is reused. No byte of one body may appear in another.

const length = 10 * 1024 * 1024
const numbers = Array.from({ length: 8 }, (_, number) => number)

/** Responds to a path with the content of its number. */
const contents: RequestListener = ({ url }, response) => {
  response.setHeader('content-length', length)
  Readable.from(contentOf(url!).chunks()).pipe(response)
}

/** Responds whether a body has the content of its path. */
const whole: RequestListener = async (request, response) => {
  response.end(String(await isWhole(request, contentOf(request.url!))))
}

function contentOf (path: string): Content {
  return new Content('large', Number(path.slice(1)), length)
}

async function isWhole (body: AsyncIterable<Buffer>, content: Content): Promise<boolean> {
  for await (const chunk of body) if (!content.isNext(chunk)) return false
  return content.isWhole
}

async function get (origin: string, number: number): Promise<IncomingMessage> {
  const [response] = await once(send(`${origin}/${number}`, { agent: false }).end(), 'response') as [IncomingMessage]
  return response
}

async function post (origin: string, number: number): Promise<string> {
  const upload = send(`${origin}/${number}`, { method: 'POST', agent: false, headers: { 'content-length': length } })
  Readable.from(contentOf(`/${number}`).chunks()).pipe(upload)
  const [response] = await once(upload, 'response') as [IncomingMessage]
  return String(await response.setEncoding('utf8').toArray())
}

/** Starts an upstream with TLS. @returns its origin and its certificate authority */
async function startTlsUpstream (t: Test, listener: RequestListener) {
  const { ca, server: issue } = await makeAuthority()
  const server = createServer(await issue('127.0.0.1'), listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { targets: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, tls: { ca } }
}

t.test('large responses to many concurrent clients arrive completely', async (t) => {
  const { origin } = await gatewayTo(t, { targets: await startUpstream(t, 'v1', contents) })

  const responses = await Promise.all(numbers.map(async (number) => await get(origin, number)))
  const arrived = await Promise.all(responses.map(async (response, number) => await isWhole(response, contentOf(`/${number}`))))

  t.strictSame(arrived, numbers.map(() => true))
})

t.test('large responses from an upstream with TLS arrive completely', async (t) => {
  const { origin } = await gatewayTo(t, await startTlsUpstream(t, contents))

  const arrived = await Promise.all(numbers.map(async (number) => await isWhole(await get(origin, number), contentOf(`/${number}`))))

  t.strictSame(arrived, numbers.map(() => true))
})

t.test('large uploads from many concurrent clients arrive completely', async (t) => {
  const { origin } = await gatewayTo(t, { targets: await startUpstream(t, 'v1', whole) })

  const arrived = await Promise.all(numbers.map(async (number) => await post(origin, number)))

  t.strictSame(arrived, numbers.map(() => 'true'))
})

t.test('large uploads to an upstream with TLS arrive completely', async (t) => {
  const { origin } = await gatewayTo(t, await startTlsUpstream(t, whole))

  const arrived = await Promise.all(numbers.map(async (number) => await post(origin, number)))

  t.strictSame(arrived, numbers.map(() => 'true'))
})

t.test('response chunks that a hook keeps are not overwritten', async (t) => {
  const app = makeApp(t)
  const kept: Buffer[] = []
  app.addHook('onRequest', async (_request, { raw }) => {
    const { write } = raw
    raw.write = (chunk: Buffer) => {
      kept.push(chunk)
      return write.call(raw, chunk, 'latin1')
    }
  })
  const { origin } = await gatewayTo(t, { targets: await startUpstream(t, 'v1', contents) }, app)

  const arrived = await isWhole(await get(origin, 1), contentOf('/1'))
  await isWhole(await get(origin, 2), contentOf('/2'))

  t.ok(arrived)
  t.ok(Buffer.concat(kept).subarray(0, length).equals(Buffer.concat([...contentOf('/1').chunks()])))
})

t.test('upload chunks that a hook keeps are not overwritten', async (t) => {
  const app = makeApp(t)
  const kept: Buffer[] = []
  app.addHook('onRequest', async ({ raw }) => {
    raw.on('data', (chunk: Buffer) => kept.push(chunk)).pause()
  })
  const { origin } = await gatewayTo(t, { targets: await startUpstream(t, 'v1', whole) }, app)

  const arrived = await post(origin, 1)

  t.equal(arrived, 'true')
  t.ok(Buffer.concat(kept).equals(Buffer.concat([...contentOf('/1').chunks()])))
})

t.test('the payload given to inject() is not modified', async (t) => {
  const { app } = await gatewayTo(t, { targets: await startUpstream(t, 'v1', whole) })
  const payload = Buffer.concat([...contentOf('/1').chunks()])

  const { body } = await app.inject({ method: 'POST', url: '/1', payload })

  t.equal(body, 'true')
  t.equal(payload.length, length)
})
