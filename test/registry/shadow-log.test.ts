import t from 'tap'
import { ShadowLog } from '../../lib/registry/shadow-log.ts'

const pair = { mirror: 'next', from: 'v3', to: 'v4' }
const part = { method: 'GET', route: '/orders' }
const price = { at: '/items/0/price', kind: 'value' } as const

t.test('a place has its share of the comparisons of the method and route', async (t) => {
  const log = new ShadowLog()

  log.of(pair).add(part, [price])
  for (let i = 0; i < 3; i++) log.of(pair).add(part, [])
  log.of(pair).add({ ...part, route: '/users' }, [])
  log.of(pair).count('dropped')

  t.match(log.list(), [{ ...pair, outcomes: { same: 4, differs: 1, sent: 0, failed: 0, dropped: 1 } }])
  t.strictSame(log.list()[0]!.places, [{ ...part, ...price, count: 1, share: 0.25 }])
})

t.test('the most frequent places come first', async (t) => {
  const log = new ShadowLog()

  for (const at of ['/a', '/b', '/b']) log.of(pair).add(part, [{ at, kind: 'value' }])

  t.strictSame(log.list()[0]!.places.map(({ at, count }) => [at, count]), [['/b', 2], ['/a', 1]])
})

t.test('noise at an index is noise at every index, for the same method and route', async (t) => {
  const findings = new ShadowLog().of(pair)

  findings.learn(part, '/items/0/id')

  t.ok(findings.isNoise(part, '/items/12/id'))
  t.notOk(findings.isNoise(part, '/items/12/name'))
  t.notOk(findings.isNoise({ ...part, route: '/users' }, '/items/0/id'))
  t.strictSame(findings.report().noise, [{ ...part, at: '/items/*/id' }])
})

t.test('routes, places, noise and reports are limited', async (t) => {
  const log = new ShadowLog()
  const findings = log.of(pair)

  for (let i = 0; i < 2_000; i++) {
    findings.add({ ...part, route: `/${i}` }, [{ at: `/a${i}`, kind: 'value' }])
    findings.learn(part, `/a${i}`)
    log.of({ ...pair, mirror: `mirror ${i}` })
  }
  const { places, noise } = findings.report()

  t.equal(new Set(places.map(({ route }) => route)).size, 101)
  t.ok(places.some(({ route }) => route === 'other'))
  t.equal(places.length, 500)
  t.equal(noise.length, 500)
  t.equal(log.list().length, 1_000)
})
