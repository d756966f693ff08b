import { test } from 'tap'
import { HeaderNames } from '../../lib/headers/header-names.ts'
import { decorateNominated, nominated, setNominated } from '../../lib/headers/nominated.ts'
import { decorateOwned, ownedHeaders } from '../../lib/headers/owned.ts'
import { makeApp } from '../helpers/gateway.ts'

test('owned headers are seen in the scope they are set in, and inside it', async (t) => {
  const app = makeApp(t)
  const owned = new HeaderNames(['x-tenant'])
  const seen: unknown[] = []

  decorateOwned(app, owned)
  app.register(async (inside) => { seen.push(ownedHeaders(inside)) })
  await app.ready()

  t.equal(ownedHeaders(app), owned)
  t.equal(seen[0], owned)
})

test('owned headers are not seen beside their scope', async (t) => {
  const app = makeApp(t)
  const seen: unknown[] = []

  app.register(async (scope) => decorateOwned(scope, new HeaderNames()))
  app.register(async (beside) => { seen.push(ownedHeaders(beside)) })
  await app.ready()

  t.same(seen, [undefined])
})

test('what a request nominated stays with that request', async (t) => {
  const app = makeApp(t)
  decorateNominated(app)
  app.get('/:name', async (request) => {
    const before = nominated(request)
    if (request.url === '/first') setNominated(request, new Set(['x-a']))
    return { before, after: [...nominated(request) ?? []] }
  })

  const first = await app.inject('/first')
  const second = await app.inject('/second')

  t.strictSame(first.json(), { before: null, after: ['x-a'] })
  t.strictSame(second.json(), { before: null, after: [] })
})
