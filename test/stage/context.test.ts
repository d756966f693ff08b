import { test } from 'tap'
import { HeaderNames } from '../../lib/http/header-names.ts'
import { contextOf, declareContext, extendScope, scopeOf } from '../../lib/stage/context.ts'
import { makeApp } from '../helpers/gateway.ts'

test('the context of a scope is visible in the scope and child scopes, not in siblings', async (t) => {
  const app = makeApp(t)
  const owned = new HeaderNames(['x-tenant'])
  const seen: unknown[] = []

  app.register(async (scope) => {
    extendScope(scope, { ownedHeaders: owned })
    scope.register(async (inside) => { seen.push(scopeOf(inside).ownedHeaders) })
  })
  app.register(async (beside) => { seen.push(scopeOf(beside).ownedHeaders) })
  await app.ready()

  t.same(seen, [owned, null])
})

test('a child scope inherits what it does not set itself, even if the outer scope sets it later', async (t) => {
  const app = makeApp(t)
  let inner = app

  extendScope(app, { pinHeaders: ['x-a'] })
  app.register(async (scope) => {
    inner = scope
    extendScope(scope, { credentialHeaders: ['x-token'] })
  })
  await app.ready()
  extendScope(app, { loggedHeaders: ['x-b'] })

  t.match(scopeOf(inner), { pinHeaders: ['x-a'], credentialHeaders: ['x-token'], loggedHeaders: ['x-b'] })
  t.strictSame(scopeOf(app).credentialHeaders, [])
})

test('the context of a request belongs to that request only', async (t) => {
  const app = makeApp(t)
  declareContext(app)
  app.get('/:name', async (request) => {
    const before = contextOf(request).nominatedHeaders
    if (request.url === '/first') contextOf(request).nominatedHeaders = new Set(['x-a'])
    return { before, after: [...contextOf(request).nominatedHeaders ?? []] }
  })

  const first = await app.inject('/first')
  const second = await app.inject('/second')

  t.strictSame(first.json(), { before: null, after: ['x-a'] })
  t.strictSame(second.json(), { before: null, after: [] })
})
