import t from 'tap'
import versionGateway, { fromHeader } from '../../../lib/index.ts'
import type { VersionSet } from '../../../types/index.ts'
import { listen, makeApp } from '../../helpers/gateway.ts'
import { type Seen, startUpstream } from '../../helpers/upstream.ts'

const updates = 100
/** The number of responses between two updates, and the number of concurrent clients. */
const pace = { responses: 10, clients: 12 }

/** How a response came about. */
interface Traced {
  status: number
  /** The revision that decided it. */
  revision: number
  seen: Seen
}

t.test('100 updates under load: no request fails, and a single revision handles each request', async (t) => {
  const [a, b, fixed] = await Promise.all(['a', 'b', 'fixed'].map((name) => startUpstream(t, name)))
  // Revision n adds its number to every response, and moves the version v2 back and forth.
  const setOf = (revision: number): VersionSet => ({
    versions: {
      v1: { upstream: fixed! },
      v2: {
        upstream: {
          targets: revision % 2 === 0 ? b! : a!,
          headers: { request: { set: { 'x-revision': String(revision) } }, response: { set: { 'x-revision': String(revision) } } }
        }
      },
      ...revision % 3 === 0 && { v3: { upstream: fixed! } }
    },
    aliases: { latest: revision % 5 === 0 ? 'v1' : 'v2' }
  })
  const app = makeApp(t)
  await app.register(versionGateway, { ...setOf(1), resolve: { override: [fromHeader('x-version')], exposeDecision: true } })
  const origin = await listen(app)
  const responses: Traced[] = []
  const progress = { isOver: false }

  const sendAs = async (client: number): Promise<void> => {
    const response = await fetch(`${origin}/${client}`, client % 2 === 0 ? {} : { headers: { 'x-version': 'v2' } })
    const [, revision] = /revision=(\d+)/.exec(response.headers.get('x-version-reason') ?? '') ?? []
    const seen = await response.json() as Seen
    responses.push({ status: response.status, revision: Number(revision), seen })
    // The request that completes a series updates the set.
    if (responses.length % pace.responses !== 0 || progress.isOver) return
    progress.isOver = app.versions.update(setOf(app.versions.revision + 1)) > updates
  }
  await Promise.all(Array.from({ length: pace.clients }, async (_, client) => { while (!progress.isOver) await sendAs(client) }))

  t.equal(app.versions.revision, updates + 1)
  t.strictSame(responses.filter(({ status }) => status !== 200), [])
  t.strictSame(responses.filter(({ revision, seen }) => !isOfOneRevision(revision, seen)), [])
  t.ok(new Set(responses.map(({ revision }) => revision)).size > updates / 2)
})

function isOfOneRevision (revision: number, { servedBy, headers, path }: Seen): boolean {
  const isDefault = Number(path.slice(1)) % 2 === 0
  if (isDefault && revision % 5 === 0) return servedBy === 'fixed' && headers['api-version'] === 'v1'
  return servedBy === (revision % 2 === 0 ? 'b' : 'a') && headers['x-revision'] === String(revision) && headers['api-version'] === 'v2'
}

t.test('an update keeps connections to unchanged upstreams and closes those to removed ones', async (t) => {
  const sockets = { stays: new Set<unknown>(), goes: new Set<unknown>() }
  const upstreamThat = async (name: keyof typeof sockets) => await startUpstream(t, name, ({ socket }, response) => {
    sockets[name].add(socket)
    socket.once('close', () => sockets[name].delete(socket))
    response.end(name)
  })
  const [stays, goes] = [await upstreamThat('stays'), await upstreamThat('goes')]
  const app = makeApp(t)
  await app.register(versionGateway, {
    versions: { latest: { upstream: stays }, v1: { upstream: goes } }, resolve: { override: [fromHeader('x-version')] }
  })
  const origin = await listen(app)
  const send = async (version: string): Promise<string> => await (await fetch(origin, { headers: { 'x-version': version } })).text()
  await send('latest')
  await send('v1')
  const [before] = sockets.stays
  const [leaving] = sockets.goes as Set<import('node:net').Socket>

  app.versions.update({ versions: { latest: { upstream: stays, deprecatedAt: '2020-01-01' } } })
  await new Promise((resolve) => leaving!.once('close', resolve))
  const response = await send('latest')

  t.equal(response, 'stays')
  t.strictSame([...sockets.stays], [before])
})
