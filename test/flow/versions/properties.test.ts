import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import versionGateway from '../../../lib/index.ts'
import type { VersionDecision } from '../../../types/index.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { makeSomeGateway, type Outcome, resolverOf, someGateway, someHeaders } from '../../helpers/random-gateways.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const runs = { numRuns: 60 }
const requests = fc.array(someHeaders, { minLength: 1, maxLength: 6 })
const show = (...values: unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n')

t.test('an unregistered, disabled or retired version is never selected', async (t) => {
  const upstream = await startUpstream(t, 'any')

  await fc.assert(fc.asyncProperty(someGateway, requests, async (config, all) => {
    const { app, send } = await makeSomeGateway(t, upstream, config)
    for (const headers of all) {
      const { decision } = await send(headers)

      if (decision === null) continue
      const version = app.versions.get(decision.id)
      const isServable = version?.id === decision.id && version.disabled === null && version.state !== 'retired'
      if (!isServable || decision.state !== version.state) throw new Error(show(headers, decision, version))
    }
    await app.close()
  }), runs)
})

t.test('a response varies by every header that could have changed the decision', async (t) => {
  const upstream = await startUpstream(t, 'any')
  const change = fc.tuple(someHeaders, someHeaders)
  const comparable = ({ decision, status, code }: Outcome) => ({ decision, status, code })

  await fc.assert(fc.asyncProperty(someGateway, fc.array(change, { minLength: 1, maxLength: 4 }), async (config, all) => {
    const { app, send } = await makeSomeGateway(t, upstream, config)
    for (const [headers, others] of all) {
      const before = await send(headers)
      for (const name of Object.keys({ ...headers, ...others })) {
        const { [name]: _, ...without } = headers
        const after = await send(others[name] === undefined ? without : { ...headers, [name]: others[name] })

        if (isDeepStrictEqual(comparable(before), comparable(after))) continue
        const isTold = [before, after].every((outcome) => String(outcome.headers['vary']).split(', ').includes(name))
        if (!isTold) throw new Error(show(headers, name, before, after))
      }
    }
    await app.close()
  }), runs)
})

t.test('an explanation always matches the actual decision', async (t) => {
  const upstream = await startUpstream(t, 'any')

  await fc.assert(fc.asyncProperty(someGateway, requests, async (config, all) => {
    const { app, send, explain } = await makeSomeGateway(t, upstream, config)
    for (const headers of all) {
      const [explained, live] = [await explain(headers), await send(headers)]

      if (!isDeepStrictEqual(explained, live)) throw new Error(show(headers, explained, live))
    }
    await app.close()
  }), runs)
})

t.test('an invalid opinion never falls through to a weaker tier, except an unknown one with onUnknown: \'next\'', async (t) => {
  const upstream = await startUpstream(t, 'any')
  const opinion = fc.record({
    tier: fc.constantFrom('override' as const, 'pin' as const),
    word: fc.constantFrom('v9', 'constructor', 'toString', ' v 1', '../v1', 'v1;', 'v'.repeat(65), '^1'),
    reader: fc.record({ onUnknown: fc.constantFrom('reject' as const, 'next' as const), isLate: fc.boolean(), weak: fc.boolean(), locked: fc.boolean() }),
    weaker: fc.constantFrom('v1', 'v2', undefined)
  })

  await fc.assert(fc.asyncProperty(opinion, async ({ tier, word, reader, weaker }) => {
    const app = makeApp(t)
    let decision: VersionDecision | null = null
    app.addHook('preHandler', async ({ version }) => { decision = version })
    const certain = { ...reader, onUnknown: 'reject' as const, isLate: false }
    const resolver = resolverOf('x-wrong', reader, tier)
    const pins = [resolverOf('x-weaker', certain, 'pin')]
    await app.register(versionGateway, {
      versions: { v1: { upstream }, v2: { upstream } },
      resolve: { override: tier === 'override' ? [resolver] : [], pin: tier === 'pin' ? [resolver, ...pins] : pins, default: 'v1' }
    })

    const response = await app.inject({ url: '/orders', headers: { 'x-wrong': word, ...weaker !== undefined && { 'x-weaker': weaker } } })
    await app.close()

    const isNext = reader.onUnknown === 'next' && /^[a-z]\w{0,63}$/i.test(word)
    const expected = isNext ? 200 : tier === 'pin' ? 503 : 400
    if (response.statusCode !== expected || (decision !== null) !== isNext) throw new Error(show(response.statusCode, decision))
    if (isNext && (decision as VersionDecision | null)?.source !== (weaker === undefined ? 'default' : 'test:x-weaker')) throw new Error(show(decision))
  }), runs)
})
