import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'

interface Setup {
  /** The prefix of the scope around the gateway. */
  outer?: string
  /** The prefix of the gateway. */
  prefix?: string
  options?: FastifyServerOptions
}

async function start (t: Test, { outer = '', prefix = '', options = {} }: Setup) {
  const upstream = await startSwitching(t)
  const app = makeApp(t, options)
  const gateway = async (scope: FastifyInstance): Promise<void> => {
    await scope.register(versionGateway, { ...prefix !== '' && { prefix }, versions: { latest: { upstream: upstream.origin } } })
  }
  await app.register(gateway, { prefix: outer })
  return { upstream, origin: await listen(app) }
}

for (const [setup, path, inside] of [
  [{ outer: '/api' }, '/api/ws', '/ws'],
  [{ outer: '/api/' }, '/api/ws', '/ws'],
  [{ outer: '/api/' }, '/api/', '/'],
  [{ outer: '/api/', prefix: '/v' }, '/api/v/ws', '/ws'],
  [{ outer: '/' }, '/ws', '/ws'],
  [{ outer: '/', prefix: '/api' }, '/api/ws', '/ws'],
  [{ outer: '/:tenant/' }, '/acme/ws', '/ws'],
  [{ outer: '/api' }, '/%61pi/ws', '/ws'],
  [{ outer: '/api', options: { routerOptions: { caseSensitive: false } } }, '/API/ws', '/ws'],
  [{ outer: '/api', options: { routerOptions: { ignoreDuplicateSlashes: true } } }, '//api/ws', '/ws']
] as Array<[Setup, string, string]>) {
  t.test(`${path} is forwarded as ${inside}, for requests and WebSockets, with ${JSON.stringify(setup)}`, async (t) => {
    const { upstream, origin } = await start(t, setup)

    const response = await fetch(origin + path)
    const { socket, head } = await upgrade(t, origin, upgradeLines(path, 'websocket'))
    socket.resetAndDestroy()

    t.strictSame([response.status, await response.text()], [200, inside])
    t.match(head, /^HTTP\/1\.1 101 /)
    t.equal((await upstream.last()).request.url, inside)
  })
}
