import { once } from 'node:events'
import { createServer } from 'node:http'
import t from 'tap'
import { normalizeServer } from '../../lib/config/normalize-file.ts'
import { Listener } from '../../lib/server/listener.ts'
import { openSocket } from '../helpers/raw.ts'
import { config, run, served } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('on SIGTERM, requests in flight complete, open connections serve one more request, and the exit code is 0', async (t) => {
  let reply: (() => void) | undefined
  const upstream = await startUpstream(t, 'one', (request, response) => {
    if (request.url === '/slow') reply = () => response.end('late')
    else response.end('quick')
  })
  const { origin, host } = await run(t, config(upstream))
  const slow = fetch(`${origin}/slow`).then(async (response) => await response.text())
  await until(() => reply !== undefined)
  const socket = await openSocket(t, origin)
  socket.write('GET /a HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await once(socket, 'data')

  host.emit('SIGTERM')
  socket.write('GET /b HTTP/1.1\r\nHost: api.test\r\n\r\n')
  const [again] = await once(socket, 'data')
  reply!()

  t.match(String(again), /^HTTP\/1\.1 200 OK[^]*connection: close/i)
  t.equal(await slow, 'late')
  t.equal(await host.ended(), 0)
  await t.rejects(fetch(`${origin}/a`))
})

t.test('a second signal stops the process immediately', async (t) => {
  const upstream = await startUpstream(t, 'one', () => {})
  const { origin, host } = await run(t, config(upstream, 'forward: { closeGraceMs: 0 }'))
  const pending = fetch(`${origin}/a`)

  host.emit('SIGTERM')
  host.emit('SIGINT')

  t.equal(await host.ended(), 1)
  t.equal((await pending.catch(() => ({ status: 502 }))).status, 502)
})

t.test('while draining, the gateway is not ready but serves requests', async (t) => {
  const { origin, host } = await run(t, config(await startUpstream(t, 'one')).replace('log: silent', 'log: silent, drainMs: 300'))

  host.emit('SIGTERM')
  const ready = await fetch(`${origin}/readyz`)

  t.equal(ready.status, 503)
  t.equal(await served(origin), '200 v1 one')
  t.equal(await host.ended(), 0)
})

t.test('requests that remain after the grace period are aborted', async (t) => {
  const listener = await Listener.listen(normalizeServer({ port: 0 }), createServer(), () => {})
  const socket = await openSocket(t, listener.address)
  // `once` would reject if the connection is reset.
  const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve))
  socket.resume().write('GET /pending HTTP/1.1\r\nHost: api.test\r\n\r\n')

  await listener.close(1, 20)

  await t.resolves(closed)
})

t.test('requests with unknown expectations or upgrades get a response and do not delay the shutdown', async (t) => {
  const { origin, host } = await run(t, config(await startUpstream(t, 'one')))
  const sockets = [
    ['Expect: the-unexpected', /^HTTP\/1\.1 417/],
    ['Connection: upgrade\r\nUpgrade: h2c', /^HTTP\/1\.1 200/]
  ] as const

  for (const [lines, response] of sockets) {
    const socket = await openSocket(t, origin)
    socket.write(`GET /a HTTP/1.1\r\nHost: api.test\r\n${lines}\r\n\r\n`)
    const [head] = await once(socket, 'data')
    t.match(String(head), response)
  }
  host.emit('SIGTERM')

  t.equal(await host.ended(), 0)
})
