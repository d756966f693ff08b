import { readFile } from 'node:fs/promises'
import t from 'tap'
import { parse } from 'yaml'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { folder, kustomization, manifestFiles, manifestsOf, problemsOf, readManifests, selects } from '../helpers/manifests.ts'
import { config as configOf, run } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('every manifest conforms to the Kubernetes schema', async (t) => {
  const files = await manifestFiles()

  t.ok(files.length >= 6)
  for (const file of files) {
    for (const manifest of await manifestsOf(file)) t.strictSame(problemsOf(manifest), [], file)
  }
})

for (const [what, replace, problem] of [
  ['misspelled', ['maxUnavailable', 'maxUnavailible'], '/spec/strategy/rollingUpdate/maxUnavailible is unknown'],
  ['misspelled in a list', ['matchLabelKeys', 'matchLabelsKeys'], '/spec/template/spec/topologySpreadConstraints/0/matchLabelsKeys is unknown'],
  ['misspelled in a probe', ['readinessProbe', 'readynessProbe'], '/spec/template/spec/containers/0/readynessProbe is unknown'],
  ['at the wrong level', ['"automountServiceAccountToken"', '"runAsUser"'], '/spec/template/spec/runAsUser is unknown'],
  ['of another type', ['"periodSeconds":1,', '"periodSeconds":"1s",'], /periodSeconds must be integer/],
  ['missing', ['"selector"', '"selektor"'], /must have required property selector/]
] as const) {
  t.test(`a field that is ${what} is detected`, async (t) => {
    const [deployment] = await manifestsOf('deployment.yaml')

    const problems = problemsOf(JSON.parse(JSON.stringify(deployment).replace(replace[0], replace[1])))

    t.equal(problems.length, 1)
    t.match(problems[0], problem)
  })
}

t.test('the kustomization lists every manifest and sets no namespace', async (t) => {
  const { resources, ...rest } = parse(await readFile(new URL(kustomization, folder), 'utf8'))
  const manifests = (await Promise.all((await manifestFiles()).map(manifestsOf))).flat() as Array<{ metadata: { namespace?: string } }>

  t.strictSame(resources.toSorted(), await manifestFiles())
  t.strictSame(rest, { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' })
  t.ok(manifests.every(({ metadata }) => metadata.namespace === undefined))
})

t.test('the selectors, the autoscaler and the disruption budget match the Deployment', async (t) => {
  const { deployment, pod, labels, service, autoscaler, budget, container } = await readManifests()
  const { apiVersion, kind, metadata, spec } = deployment
  const { scaleTargetRef, minReplicas, metrics } = autoscaler.spec!
  const spread = pod.topologySpreadConstraints!.map(({ labelSelector }) => labelSelector)

  t.strictSame(scaleTargetRef, { apiVersion, kind, name: metadata!.name })
  for (const selector of [spec!.selector, budget.spec!.selector, ...spread]) t.ok(selects(selector, labels))
  t.ok(selects({ matchLabels: service.spec!.selector! }, labels))
  t.strictSame(service.spec!.ports!.map(({ targetPort }) => targetPort), container.ports!.map(({ name }) => name))
  t.ok((spec!.replicas ?? minReplicas)! >= 2)
  t.equal(spec!.replicas, undefined, 'the autoscaler sets the number')
  t.equal(metrics![0]!.resource!.name, 'cpu')
  t.ok(container.resources!.requests!.cpu, 'without a request there is no use of it')
})

t.test('no request is lost during a rolling update', async (t) => {
  const { deployment, pod, config, budget, container } = await readManifests()
  const { server: { drainMs = 0 } = {}, forward: { closeGraceMs = 10_000 } = {} } = config
  const { periodSeconds, failureThreshold } = container.readinessProbe!

  t.strictSame(deployment.spec!.strategy!.rollingUpdate!.maxUnavailable, 0)
  t.equal(budget.spec!.maxUnavailable, 1)
  t.ok(pod.terminationGracePeriodSeconds! * 1000 >= drainMs + closeGraceMs + 5_000)
  t.equal(drainMs, 5_000)
  t.ok(periodSeconds! * failureThreshold! * 1000 <= drainMs, 'the probe notices in time')
})

t.test('the pod has minimal privileges', async (t) => {
  const { pod, container } = await readManifests()

  t.equal(pod.automountServiceAccountToken, false)
  t.match(pod.securityContext, { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } })
  t.match(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
  t.equal(container.securityContext!.capabilities!.add, undefined)
  t.notMatch(container.image, /:latest$/)
  t.match(container.image, /:[^/]+$/)
})

t.test('the probes request routes of the gateway itself', async (t) => {
  const { container } = await readManifests()
  const { origin } = await run(t, configOf(await startUpstream(t, 'one')))

  for (const [probe, path] of [['startupProbe', '/healthz'], ['livenessProbe', '/healthz'], ['readinessProbe', '/readyz']] as const) {
    const { httpGet } = container[probe]!
    const response = await fetch(origin + httpGet!.path)

    t.equal(httpGet!.path, path)
    t.equal(httpGet!.port, 'http')
    t.equal(response.status, 200, probe)
    t.equal(response.headers.get('api-version'), null, 'it is not forwarded')
  }
})

t.test('the config is valid with the variables of the Deployment, and its ports match the container\'s', async (t) => {
  const { container, pod, configMap, text, config: { server } } = await readManifests()
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', text)
  const names = container.env!.map(({ name }) => name)
  const [command, path, ...options] = container.args!
  const [mount] = container.volumeMounts!

  const { gateway } = await loadConfig(file, Object.fromEntries(names.map((name) => [name, 'a-secret'])))

  t.ok(Object.keys(gateway.versions).length >= 2)
  for (const name of names) await t.rejects(loadConfig(file, {}), new RegExp(`${name} is not set`), 'each variable is used')
  t.match(container.env, names.map(() => ({ valueFrom: { secretKeyRef: {} } })))
  t.match(server, { host: '0.0.0.0', port: container.ports![0]!.containerPort })
  t.equal(command, 'start')
  t.strictSame(options, ['--watch'])
  t.ok(Object.keys(configMap.data!).some((name) => path === `${mount!.mountPath}/${name}`))
  t.equal(configMap.immutable, undefined)
  t.equal(mount!.subPath ?? mount!.subPathExpr, undefined, 'a mounted subPath is never updated')
  t.equal(pod.volumes!.find(({ name }) => name === mount!.name)!.configMap!.name, configMap.metadata!.name)
})
