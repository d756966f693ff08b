import { readFile } from 'node:fs/promises'
import t from 'tap'
import { parse } from 'yaml'
import { singleVersion, observed } from './helpers/observed.ts'
import { makeIssuer } from './helpers/issuer.ts'
import { respondWith, startJwksServer } from './helpers/jwks-server.ts'
import type { scrape } from './helpers/metrics.ts'
import { startUpstream } from './helpers/upstream.ts'
import { project } from './helpers/project.ts'

const folder = new URL('examples/monitoring/', project)

interface Rules {
  groups: Array<{ rules: Array<{ alert: string, expr: string, labels: { severity: string }, annotations: { summary: string } }> }>
}

interface Dashboard {
  panels: Array<{ title: string, targets: Array<{ expr: string, legendFormat: string }> }>
}

/** Returns the metrics that a PromQL expression reads, with the labels that it uses. */
function readBy (expression: string): Array<{ name: string, labels: string[] }> {
  return [...expression.matchAll(/(version_gateway_\w+)(?:\{([^}]*)\})?/g)].map(([, name, selectors = '']) => ({
    name: name!.replace(/_(bucket|sum|count)$/, ''), labels: [...selectors.matchAll(/(\w+)(?:=~|!~|!=|=)/g)].map(([, label]) => label!)
  }))
}

t.test('alerts and the dashboard only use existing metrics and labels', async (t) => {
  const { groups } = parse(await readFile(new URL('alerts.yaml', folder), 'utf8')) as Rules
  const { panels } = JSON.parse(await readFile(new URL('dashboard.json', folder), 'utf8')) as Dashboard
  const issuer = makeIssuer()
  const { url } = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const deprecated = { upstream: await startUpstream(t, 'v1'), deprecatedAt: '2026-01-01', sunsetAt: '2099-01-01' }
  const { send, metricsOf } = await observed(t, {
    ...singleVersion(deprecated.upstream),
    versions: { latest: { ...deprecated, brownouts: [{ start: '2026-01-02', end: '2099-01-01', mode: 'observe' }] }, v2: deprecated },
    resolve: { default: 'v2' },
    identity: { providers: [issuer.provider({ jwks: { url } })] }
  })

  await send('/a', { headers: { authorization: `Bearer ${issuer.token()}` } })
  const { families } = await metricsOf(1)
  const labelsOf = new Map(families.map(({ name, metrics }) => [name, new Set(['job', 'instance', ...metrics.flatMap(({ labels = {} }) => Object.keys(labels))])]))
  const queries = [...groups.flatMap(({ rules }) => rules), ...panels.flatMap(({ targets }) => targets)]
  const expressions = queries.map(({ expr }) => expr)
  const unknown = expressions.flatMap(readBy).flatMap(({ name, labels }) => {
    const known = labelsOf.get(name)
    if (known === undefined) return [name]
    // The parser omits the labels of histograms.
    return name.endsWith('_duration_seconds') ? [] : labels.filter((label) => known.size > 2 && !known.has(label)).map((label) => `${name}{${label}}`)
  })

  t.ok(expressions.length > 20)
  t.strictSame(unknown, [])
})

/** Evaluates `sum(selector) / sum(selector) > limit` with the values of counters, as if all requests were recent. */
function isFiring (expression: string, families: Awaited<ReturnType<typeof scrape>>['families']): boolean {
  const [failed, all] = [...expression.matchAll(/(version_gateway_\w+)\{([^}]*)\}/g)].map(([, name, selectors]) => {
    const matchers = [...selectors!.matchAll(/(\w+)(!?=)"([^"]*)"/g)]
    const series = families.find((family) => family.name === name)!.metrics.filter(({ labels = {} }) =>
      matchers.every(([, label, operator, value]) => (labels[label!] === value) === (operator === '=')))
    return series.reduce((sum, { value }) => sum + Number(value), 0)
  })
  return failed! / all! > Number(/> ([\d.]+)\s*$/.exec(expression)![1])
}

for (const [kind, status, firing] of [['well', 200, []], ['wrong', 404, []], ['ill', 503, ['VersionServerErrors', 'TargetServerErrors']]] as const) {
  t.test(`alerts for failures of an upstream that always responds ${status}: it is ${kind}`, async (t) => {
    const { groups } = parse(await readFile(new URL('alerts.yaml', folder), 'utf8')) as Rules
    const names = ['VersionFailing', 'VersionServerErrors', 'TargetServerErrors']
    const upstream = await startUpstream(t, 'v1', (_request, response) => response.writeHead(status).end())
    const { send, metricsOf } = await observed(t, singleVersion(upstream))

    await send('/a')
    await send('/b')
    const { families } = await metricsOf(2)
    const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => names.includes(alert))

    t.equal(alerts.length, names.length)
    t.strictSame(alerts.filter(({ expr }) => isFiring(expr, families)).map(({ alert }) => alert), firing)
  })
}

t.test('a panel shows responses from 500 on', async (t) => {
  const { panels } = JSON.parse(await readFile(new URL('dashboard.json', folder), 'utf8')) as Dashboard

  const { targets } = panels.find(({ title }) => title === 'Failure rate by version')!

  t.match(targets[0]!.expr, /outcome="served",status="5xx"/)
  t.match(targets[1]!.expr, /outcome="upstream-failed"/)
})

t.test('every alert has a severity and a description', async (t) => {
  const { groups } = parse(await readFile(new URL('alerts.yaml', folder), 'utf8')) as Rules

  for (const { alert, labels, annotations } of groups.flatMap(({ rules }) => rules)) {
    t.match(labels.severity, /^(page|ticket)$/, alert)
    t.ok(annotations.summary.length > 0, alert)
  }
})
