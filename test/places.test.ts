import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { stageSchemas } from '../lib/config/schemas.ts'
import * as library from '../lib/index.ts'
import { fileSchema } from '../lib/standalone/file-schema.ts'

// CONTRIBUTING.md lists the places that a new option, resolver, metric or file touches. These tests find forgotten places.

const docs = Object.fromEntries(await Promise.all(
  ['options', 'observe', 'admin', 'limits', 'external-checks', 'architecture'].map(async (name) => [name, await readFile(`docs/${name}.md`, 'utf8')] as const)
))

/** Returns the names of all options in a schema, at any depth. */
function optionsIn (schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {}, ...rest } = schema as { properties?: object }
  return [...Object.keys(properties), ...[properties, rest].flatMap((part) => Object.values(part)).flatMap(optionsIn)]
}

/** Whether a document mentions a name within backticks, alone or as a part of a path. */
function mentions (document: string, name: string): boolean {
  return new RegExp('`[^`\\n]*\\b' + name + '\\b[^`\\n]*`').test(document) || new RegExp(`^ *(- )?${name}:`, 'm').test(document)
}

/** Adapters, which identify callers instead of reading a version. */
const adapters = new Set(['fromFastifyJwt'])

/** Options of Fastify's `register`, which every plugin accepts. */
const fastifyOptions = new Set(['logLevel', 'logSerializers'])

t.test('every option is documented', async (t) => {
  const options = new Set(optionsIn(stageSchemas))
  const documents = [docs.options!, docs.observe!, docs.admin!, docs.limits!, docs['external-checks']!]

  t.ok(options.size > 50, `${options.size} options`)
  t.strictSame([...options].filter((name) => !fastifyOptions.has(name) && !documents.some((document) => mentions(document, name))), [])
})

t.test('every resolver is documented, and is available in config files', async (t) => {
  const resolvers = Object.keys(library).filter((name) => /^from[A-Z]/.test(name) && !adapters.has(name))
  const inFiles = new Set(optionsIn(fileSchema))

  t.ok(resolvers.length > 5)
  for (const name of resolvers) {
    t.ok(mentions(docs.options!, name), `${name} in docs/options.md`)
    const key = name === 'fromTenantMap' ? 'tenants' : name.charAt(4).toLowerCase() + name.slice(5)
    t.ok(inFiles.has(key), `${key} in config files`)
  }
})

t.test('every metric is in docs/observe.md', async (t) => {
  const sources = await Promise.all((await readdir('lib/observe')).map((file) => readFile(join('lib/observe', file), 'utf8')))
  // Metrics of requests have the prefix; those of the state are in a table.
  const metrics = sources.flatMap((source) => Array.from(source.matchAll(/\$\{prefix\}(\w+)|^ +\['(\w+)', '(?:counter|gauge|fact)'/gm), ([, one, other]) => one ?? other!))

  t.ok(metrics.length > 10, `${metrics.length} metrics`)
  t.strictSame(metrics.filter((name) => !new RegExp(`(\\b|version_gateway_)${name}\\b`).test(docs.observe!)), [])
})

t.test('the files that docs/architecture.md names exist', async (t) => {
  const files = (await readdir('lib', { recursive: true })).map((name) => `/${name}`)
  const named = Array.from(docs.architecture!.matchAll(/`([a-z/-]+\.ts)`/g), ([, name]) => name!)

  t.ok(named.length > 20)
  t.strictSame(named.filter((name) => !files.some((file) => file.endsWith(`/${name}`))), [])
})
