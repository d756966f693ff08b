import { readdir, readFile } from 'node:fs/promises'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Service } from 'kubernetes-models/v1/Service'
import { parse, parseAllDocuments } from 'yaml'
import type { ConfigFileOptions } from '../../types/config-file.ts'
import { project } from './project.ts'

export const folder = new URL('examples/kubernetes/', project)

const models = [ConfigMap, Deployment, HorizontalPodAutoscaler, NetworkPolicy, PodDisruptionBudget, Service]

/** Files in the folder that are not manifests. */
export const kustomization = 'kustomization.yaml'

export async function manifestFiles (): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.yaml') && name !== kustomization)
}

/** Returns the content of a file as the API server receives it. */
export async function manifestsOf (file: string): Promise<object[]> {
  return parseAllDocuments(await readFile(new URL(file, folder), 'utf8')).map((document) => {
    const [error] = document.errors
    if (error !== undefined) throw new Error(error.message)
    return document.toJS() as object
  })
}

/** The manifests by their kind. */
export async function readManifests () {
  const all = (await Promise.all((await manifestFiles()).map(manifestsOf))).flat()
  const only = <Manifest extends object>(isIt: (one: unknown) => one is Manifest): Manifest => {
    const found = all.filter(isIt)
    if (found.length !== 1) throw new Error(`there are ${found.length}`)
    return found[0]!
  }
  const deployment = only(Deployment.is)
  const configMap = only(ConfigMap.is)
  const { spec: pod, metadata: { labels = {} } = {} } = deployment.spec!.template
  return {
    deployment,
    pod: pod!,
    container: pod!.containers[0]!,
    labels,
    configMap,
    /** The config as text and as a value. */
    text: configMap.data!['gateway.yaml']!,
    config: parse(configMap.data!['gateway.yaml']!) as ConfigFileOptions,
    service: only(Service.is),
    autoscaler: only(HorizontalPodAutoscaler.is),
    budget: only(PodDisruptionBudget.is),
    policies: all.filter(NetworkPolicy.is)
  }
}

/** Validates a manifest against the schema of the API. Unknown fields are errors, too. */
export function problemsOf (manifest: object): string[] {
  const model = models.find((each) => each.is(manifest))
  if (model === undefined) return ['has no kind that is known']
  const unread = new Set<string>()
  try {
    model.prototype.validate.call(followed(manifest, '', unread))
  } catch (error) {
    return [(error as Error).message]
  }
  // The fields of an unknown object are not read either.
  return [...unread].filter((path) => !unread.has(path.slice(0, path.lastIndexOf('/')))).map((path) => `${path} is unknown`)
}

/** Makes a copy that records which fields are never read. The validators read every field that they know, and ignore all others. */
function followed (value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each, index) => followed(each, `${path}/${index}`, unread))
  for (const name of Object.keys(value)) unread.add(`${path}/${name}`)
  return new Proxy(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, followed(each, `${path}/${name}`, unread)])), {
    get (target, name) {
      unread.delete(`${path}/${String(name)}`)
      return target[name as string]
    }
  })
}

/** Whether a selector matches pods with these labels. */
export function selects (selector: Selector | undefined, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {}
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => operator === 'In' && values.includes(labels[key]!))
}

interface Selector {
  matchLabels?: Record<string, string>
  matchExpressions?: Array<{ key: string, operator: string, values?: string[] }>
}
