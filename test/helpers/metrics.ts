import { createRequire } from 'node:module'

type Labels = Readonly<Record<string, string>>

/** The package has no types. */
const parse = createRequire(import.meta.url)('parse-prometheus-text-format') as (text: string) => Family[]

interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly metrics: ReadonlyArray<{ value?: string, labels?: Labels }>
}

/** The content of `/metrics`, parsed by a third-party parser. */
export async function scrape (origin: string, path = '/metrics') {
  const response = await fetch(origin + path)
  const text = await response.text()
  const families = parse(text)
  const find = (name: string, labels: Labels): Family['metrics'] =>
    (families.find((family) => family.name === name)?.metrics ?? []).filter((metric) =>
      Object.entries(labels).every(([label, value]) => metric.labels?.[label] === value))
  return {
    response,
    text,
    families,
    /** Returns the sum of all values with these labels, or `undefined` if there are none. */
    value: (name: string, labels: Labels = {}): number | undefined => {
      const found = find(name, labels)
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + Number(value), 0)
    },
    labels: (name: string): Labels[] => find(name, {}).map(({ labels = {} }) => labels)
  }
}
