import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { drawTarget, readsOfDraw } from '../../lib/routes/draw-target.ts'
import type { Rule } from '../../lib/routes/route-table.ts'
import type { RouteTarget } from '../../types/index.ts'

const rule = (to: readonly RouteTarget[], isSticky = true): Rule => {
  const config = { name: 'orders', to, ...isSticky && { sticky: { by: 'header:x-session' as const } } }
  return { name: 'orders', config } as unknown as Rule
}
const caller = (session?: string) => ({ raw: { headers: { 'x-session': session } } }) as unknown as FastifyRequest
const callers = Array.from({ length: 10_000 }, (_, index) => caller(`session-${index}`))
const never = (): never => { throw new Error('no draw is random') }
const drawAll = (to: readonly RouteTarget[]) => {
  const drawn = rule(to)
  return callers.map((each) => drawTarget(drawn, each, never)!.version)
}

t.test('targets get their shares, and a caller always gets the same one', async (t) => {
  const weights = { v1: 5, v2: 3, v3: 2, v4: 0 }
  const to = Object.entries(weights).map(([version, weight]) => ({ version, weight }))

  const drawn = drawAll(to)

  for (const [version, weight] of Object.entries(weights)) {
    const [count, share] = [drawn.filter((each) => each === version).length, weight / 10]
    t.ok(Math.abs(count - share * callers.length) <= 5 * Math.sqrt(callers.length * share * (1 - share)), `${version}: ${count}`)
  }
  t.strictSame(drawAll(to), drawn)
})

t.test('raising the last weight moves callers to that target only', async (t) => {
  for (const weight of [20, 50, 99]) {
    const before = drawAll([{ version: 'v3', weight: 90 }, { version: 'v4', weight: 10 }])
    const after = drawAll([{ version: 'v3', weight: 100 - weight }, { version: 'v4', weight }])

    t.strictSame(before.filter((version, index) => version === 'v4' && after[index] !== 'v4'), [])
  }
})

t.test('callers without a key are drawn one by one', async (t) => {
  const to = [{ version: 'v3', weight: 3 }, { version: 'v4' }]
  const points = [0, 0.7499, 0.75, 1 - Number.EPSILON]

  for (const sticky of [true, false]) {
    t.strictSame(points.map((point) => drawTarget(rule(to, sticky), caller(), () => point)), [
      { version: 'v3', place: null }, { version: 'v3', place: null }, { version: 'v4', place: null }, { version: 'v4', place: null }
    ])
  }
})

t.test('a target with weight 0 is never drawn, and nothing is drawn if all weights are 0', async (t) => {
  t.equal(drawTarget(rule([{ version: 'v3' }, { version: 'v4', weight: 0 }]), caller(), () => 1)!.version, 'v3')
  t.equal(drawTarget(rule([{ version: 'v3', weight: 0 }]), caller('a'), never), null)
  t.equal(drawTarget(rule([]), caller('a'), never), null)
})

t.test('a rule says on what its draw depends', async (t) => {
  t.match(readsOfDraw(rule([{ version: 'v3' }])), { headers: ['x-session'] })
  t.equal(readsOfDraw(rule([{ version: 'v3' }], false)), null)
})

t.test('a rule with a single version draws nothing', async (t) => {
  t.equal(drawTarget(rule('v3' as never), caller('a'), never), null)
})
