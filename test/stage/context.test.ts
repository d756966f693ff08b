import { test } from 'tap'
import { HeaderNames } from '../../lib/http/header-names.ts'
import { nominatedHeaders, ownedHeaders } from '../../lib/stage/context.ts'
import { makeApp } from '../helpers/gateway.ts'

test('a value on an instance is visible in its scope and child scopes, not in siblings', async (t) => {
  const app = makeApp(t)
  const owned = new HeaderNames(['x-tenant'])
  const seen: unknown[] = []

  app.register(async (scope) => {
    ownedHeaders.set(scope, owned)
    scope.register(async (inside) => { seen.push(ownedHeaders.get(inside)) })
  })
  app.register(async (beside) => { seen.push(ownedHeaders.get(beside)) })
  await app.ready()

  t.same(seen, [owned, undefined])
})

test('a value on a request belongs to that request only', async (t) => {
  const app = makeApp(t)
  nominatedHeaders.declare(app)
  app.get('/:name', async (request) => {
    const before = nominatedHeaders.get(request)
    if (request.url === '/first') nominatedHeaders.set(request, new Set(['x-a']))
    return { before, after: [...nominatedHeaders.get(request) ?? []] }
  })

  const first = await app.inject('/first')
  const second = await app.inject('/second')

  t.strictSame(first.json(), { before: null, after: ['x-a'] })
  t.strictSame(second.json(), { before: null, after: [] })
})
