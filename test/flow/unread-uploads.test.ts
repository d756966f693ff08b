import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'

/** Sends uploads in sequence over a single connection. @returns their statuses */
async function uploads (t: Test, origin: string, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const statuses: number[] = []
  for (let i = 0; i < count; i++) {
    const upload = request(`${origin}/orders`, { method: 'POST', agent }).on('error', () => {})
    upload.end(Buffer.alloc(2 * 1024 * 1024))
    const [response] = await once(upload, 'response') as [IncomingMessage]
    statuses.push(response.statusCode!)
    await text(response)
  }
  return statuses
}

t.test('uploads to an upstream that is down leave the connection usable', async (t) => {
  const { origin } = await startGateway(t, { versions: { latest: { upstream: await deadOrigin() } }, resolve: {} })

  const statuses = await uploads(t, origin, 3)

  t.strictSame(statuses, [502, 502, 502])
})

t.test('a response that precedes the end of the upload arrives, and the connection stays usable', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.writeHead(413).end('too large')
  })
  const { origin } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const statuses = await uploads(t, origin, 3)

  t.strictSame(statuses, [413, 413, 413])
})
