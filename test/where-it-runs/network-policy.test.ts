import t from 'tap'
import type { VerifyIdentityOptions } from '../../types/index.ts'
import { readManifests, selects } from '../helpers/manifests.ts'

/** Returns the host and port of every target in the config. */
async function targets (): Promise<URL[]> {
  const { config } = await readManifests()
  return Object.values(config.versions).flatMap(({ upstream }) => typeof upstream === 'string' ? upstream : upstream.targets).map((target) => new URL(target))
}

/** Returns the policies of the gateway and of the upstreams. */
async function policies () {
  const { policies, labels } = await readManifests()
  const isOfGateway = ({ spec }: typeof policies[number]): boolean => selects(spec!.podSelector, labels)
  const [gateway, upstreams, ...others] = policies.toSorted((one, other) => Number(isOfGateway(other)) - Number(isOfGateway(one)))
  if (!isOfGateway(gateway!) || isOfGateway(upstreams!) || others.length > 0) throw new Error('there is not one policy for each')
  return { gateway: gateway!.spec!, upstreams: upstreams!.spec! }
}

/** Returns the labels of the pods behind a Service. */
const labelsOf = ({ hostname }: URL) => ({ 'app.kubernetes.io/name': hostname })

t.test('only the gateway can reach the pods of the versions', async (t) => {
  const { labels } = await readManifests()
  const { upstreams: { podSelector, policyTypes, ingress } } = await policies()
  const [{ from, ports } = {}, ...others] = ingress!

  t.strictSame(others, [])
  t.strictSame(policyTypes, ['Ingress'])
  t.strictSame(from, [{ podSelector: { matchLabels: labels } }], 'of its own namespace')
  for (const target of await targets()) {
    t.ok(selects(podSelector, labelsOf(target)), target.hostname)
    t.ok(ports!.some(({ port, protocol }) => port === Number(target.port) && protocol === 'TCP'), target.host)
  }
  t.notOk(selects(podSelector, labels))
  t.notOk(selects(podSelector, { 'app.kubernetes.io/name': 'somebody-else' }))
})

t.test('only ingress and monitoring can reach the gateway', async (t) => {
  const { container } = await readManifests()
  const { gateway: { ingress, policyTypes } } = await policies()
  const [{ from, ports } = {}, ...others] = ingress!

  t.strictSame(others, [])
  t.strictSame(policyTypes!.toSorted(), ['Egress', 'Ingress'])
  t.strictSame(from!.map((peer) => Object.keys(peer)), [['namespaceSelector'], ['namespaceSelector']])
  t.strictSame(from!.map(({ namespaceSelector }) => namespaceSelector!.matchLabels!['kubernetes.io/metadata.name']), ['ingress-nginx', 'monitoring'])
  t.strictSame(ports!.map(({ port }) => port), container.ports!.map(({ name }) => name))
})

t.test('the gateway can reach only DNS, the versions and the issuers', async (t) => {
  const { gateway: { egress }, upstreams: { podSelector } } = await policies()
  const portsOf = (index: number) => egress![index]!.ports!.map(({ protocol, port }) => `${protocol} ${port}`)
  const upstreamPorts = new Set((await targets()).map(({ port }) => `TCP ${port}`))

  t.equal(egress!.length, 3)
  t.strictSame(portsOf(0).toSorted(), ['TCP 53', 'UDP 53'])
  t.strictSame(egress![1]!.to, [{ podSelector }], 'the same list as in the ingress policy')
  t.strictSame(portsOf(1), [...upstreamPorts])
  t.match(egress![2]!.to, [{ ipBlock: { cidr: '0.0.0.0/0' } }])
  t.strictSame(portsOf(2), ['TCP 443'])
})

t.test('the egress policy allows the port at which the keys of every issuer are fetched', async (t) => {
  const { config } = await readManifests()

  for (const { jwks } of (config.identity as VerifyIdentityOptions).providers) {
    const { protocol, port } = new URL((jwks as { url: string }).url)
    t.strictSame([protocol, port], ['https:', ''])
  }
})
