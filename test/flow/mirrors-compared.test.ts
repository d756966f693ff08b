import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { observeVersions } from '../../lib/observe/index.ts'
import { json, mirrored } from '../helpers/mirrored.ts'

const compare = true
const pair = { mirror: 'next', from: 'v3', to: 'v4' }

t.test('equal responses are reported as the same', async (t) => {
  const { send, settled, events } = await mirrored(t, { mirror: { compare }, v3: json({ a: 1 }), v4: json({ a: 1 }) })

  await (await send('/orders/7')).text()

  t.match(await settled(), { same: 1 })
  t.strictSame(events, [{ ...pair, method: 'GET', route: '/orders', differences: [] }])
})

t.test('differences are reported with their places, and without values', async (t) => {
  const { app, send, settled, events } = await mirrored(t, {
    mirror: { compare }, v3: json({ items: [{ price: 'secret' }] }), v4: json({ items: [{ price: 'other' }] })
  })
  const differing: unknown[] = []
  app.versions.events.on('shadow-differs', (comparison) => { differing.push(comparison) })

  await (await send('/orders')).text()

  t.match(await settled(), { differs: 1 })
  t.strictSame(events, [{ ...pair, method: 'GET', route: '/orders', differences: [{ at: '/items/0/price', kind: 'value' }] }])
  t.strictSame(differing, events)
  t.match(app.versions.shadow(), [{ ...pair, places: [{ method: 'GET', route: '/orders', at: '/items/0/price', kind: 'value', count: 1, share: 1 }] }])
  t.notMatch(JSON.stringify([events, app.versions.shadow()]), /secret|other"/)
})

t.test('ignored places are not compared', async (t) => {
  const { send, settled } = await mirrored(t, { mirror: { compare: { ignore: ['/items/*/id'] } }, v3: json({ items: [{ id: 1 }] }), v4: json({ items: [{ id: 2 }] }) })

  await (await send('/')).text()

  t.match(await settled(), { same: 1, differs: 0 })
})

t.test('the rule names the route', async (t) => {
  const { send, settled, events } = await mirrored(t, { mirror: { compare }, options: { routes: [{ name: 'all' }] } })

  await (await send('/orders/7')).text()
  await settled()

  t.match(events, [{ route: 'all' }])
})

t.test('a control finds places that differ from request to request', async (t) => {
  let count = 0
  const { app, send, settled, received, events } = await mirrored(t, {
    mirror: { compare: { control: true } },
    v3: (request, response) => json({ id: count++, price: 1 })(request, response),
    v4: (request, response) => json({ id: count++, price: 2 })(request, response)
  })

  await (await send('/orders')).text()
  await settled()

  t.strictSame(received.v3.map(({ headers }) => headers['x-shadow']), [undefined, '1'])
  t.match(events, [{ differences: [{ at: '/price' }] }])
  t.strictSame(app.versions.shadow()[0]!.noise, [{ method: 'GET', route: '/orders', at: '/id' }])
})

t.test('a status that differs in the control is no difference, and does not hide later ones', async (t) => {
  let count = 0
  const { send, settled } = await mirrored(t, {
    mirror: { compare: { control: true } },
    v3: (_request, response) => { response.writeHead(count++ === 0 ? 200 : 503).end() },
    v4: (_request, response) => { response.writeHead(404).end() }
  })

  await (await send('/')).text()
  t.match(await settled(), { same: 1 })
  await (await send('/')).text()

  t.match(await settled(2), { same: 1, differs: 1 })
})

t.test('a response that is not modified is not compared', async (t) => {
  const { send, settled } = await mirrored(t, { mirror: { compare }, v3: (_request, response) => { response.writeHead(304).end() } })

  await send('/')

  t.match(await settled(), { sent: 1 })
})

t.test('bodies of any coding and large ones are compared', async (t) => {
  const items = Array.from({ length: 20_000 }, (_, id) => ({ id }))
  const { send, settled } = await mirrored(t, {
    mirror: { compare, maxBodyBytes: 1_000_000 },
    v3: json(items),
    v4: (_request, response) => { response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(items))) }
  })

  await (await send('/')).text()

  t.match(await settled(), { same: 1 })
})

t.test('copies are counted in metrics', async (t) => {
  const before = async (app: FastifyInstance) => await app.register(observeVersions)
  const { app, origin, send, settled } = await mirrored(t, { before, mirror: { compare } })

  await (await send('/')).text()
  await settled()
  const metrics = await (await fetch(`${origin}/metrics`)).text()

  t.match(metrics, 'version_gateway_shadow_copies_total{mirror="next",from="v3",to="v4",outcome="same"} 1')
  t.equal(app.versions.shadow().length, 1)
})
