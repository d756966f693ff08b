import t from 'tap'
import { accessLog, observeVersions } from '../../../lib/observe/index.ts'
import type { ExternalCheck } from '../../../types/index.ts'
import { startChecked, startService } from '../../helpers/checked.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { scrape } from '../../helpers/metrics.ts'
import { until } from '../../helpers/until.ts'
import { deadOrigin } from '../../helpers/upstream.ts'

const metric = 'version_gateway_external_checks_total'

/** A gateway with metrics and an access log, whose check refuses everything below `/attack`. */
async function startObserved (t: Parameters<typeof startService>[0], options: Partial<ExternalCheck>) {
  const lines: Array<Record<string, unknown>> = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(JSON.parse(line)) } } }, disableRequestLogging: true })
  await app.register(observeVersions)
  await app.register(accessLog)
  const service = await startService(t, (request, response) => { response.writeHead(request.url!.startsWith('/attack') ? 403 : 200).end('blocked') })
  const gateway = await startChecked(t, [{ name: 'waf', url: service.url, ...options }], { app })
  return {
    ...gateway,
    lines,
    /** Returns the access log's line of a path. */
    async lineOf (path: string) {
      await until(() => lines.some((line) => line.path === path))
      return lines.find((line) => line.path === path)!
    }
  }
}

t.test('passed and refused requests are counted and logged, with the name of the check', async (t) => {
  const { send, origin, lineOf, lines } = await startObserved(t, {})

  await Promise.all([send('/orders'), send('/attack')])
  const [refused, passed] = [await lineOf('/attack'), await lineOf('/orders')]

  t.match(refused, { status: 403, outcome: 'refused', check: 'waf', cause: 'CHECK_REFUSED' })
  t.notOk('check' in passed)
  t.match(lines.find(({ msg }) => msg === 'request refused'), { code: 'CHECK_REFUSED', check: 'waf' })
  const { value } = await scrape(origin)
  t.equal(value(metric, { check: 'waf', outcome: 'passed' }), 1)
  t.equal(value(metric, { check: 'waf', outcome: 'refused' }), 1)
})

t.test('a check that observes counts and logs what it would refuse, and lets it pass', async (t) => {
  const { send, origin, lineOf, lines } = await startObserved(t, { mode: 'observe' })

  const response = await send('/attack')
  const line = await lineOf('/attack')

  t.equal(response.status, 200)
  t.match(line, { status: 200, outcome: 'served', wouldRefuse: ['waf'] })
  t.match(lines.find(({ msg }) => msg === 'request would be refused'), { check: 'waf', status: 403, level: 30 })
  const { value } = await scrape(origin)
  t.equal(value(metric, { check: 'waf', outcome: 'would-refuse' }), 1)
})

t.test('a check that observes lets requests pass if its service fails, and logs the failure once', async (t) => {
  const { send, origin, lineOf, lines } = await startObserved(t, { mode: 'observe', url: await deadOrigin() })

  const statuses = [(await send('/a')).status, (await send('/b')).status]
  await lineOf('/a')
  await lineOf('/b')

  t.strictSame(statuses, [200, 200])
  t.equal(lines.filter(({ msg }) => msg === 'external check fails').length, 1)
  t.equal((await scrape(origin)).value(metric, { check: 'waf', outcome: 'failed' }), 2)
})

t.test('a failed check that denies is named in the access log', async (t) => {
  const { send, lineOf } = await startObserved(t, { url: await deadOrigin() })

  await send('/orders')

  t.match(await lineOf('/orders'), { status: 503, check: 'waf', cause: 'CHECK_UNAVAILABLE' })
})
