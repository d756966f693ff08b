import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { plainEnvironment } from './helpers/run-example.ts'
import { programOf, project } from './helpers/project.ts'

// Users of an entry point need only the packages that it loads. The lists include what those packages load themselves.

const run = promisify(execFile)
const { exports: entries } = JSON.parse(await readFile(new URL('package.json', project), 'utf8'))

/** Prints the URLs of modules as they are loaded. CommonJS modules are in a cache instead. */
const hooks = `
  import { writeSync } from 'node:fs'
  export async function load (url, context, next) {
    writeSync(1, url + '\\n')
    return await next(url, context)
  }`
const packageOf = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//s

/** Imports a module in a process of its own. @returns the URLs and paths of the modules that this loads */
async function modulesOf (t: Test, specifier: string): Promise<string[]> {
  const output = await runProgram(t, `
    import { createRequire, register } from 'node:module'
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)})
    await import(${JSON.stringify(specifier)})
    console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'))
  `)
  return output.split('\n')
}

/** Returns the packages that importing a module loads. */
async function packagesOf (t: Test, specifier: string): Promise<string[]> {
  return [...new Set((await modulesOf(t, specifier)).flatMap((url) => packageOf.exec(url)?.[1] ?? []))].sort()
}

let programs = 0

async function runProgram (t: Test, code: string): Promise<string> {
  const program = programOf(`snippets/entry-point-${programs++}.ts`)
  await mkdir(dirname(program), { recursive: true })
  await writeFile(program, code)
  t.teardown(async () => await rm(program))
  return (await run(process.execPath, [program], { env: plainEnvironment() })).stdout
}

/** The packages of an entry point, apart from those that Fastify loads, because every app has them. */
async function own (t: Test, specifier: string): Promise<string[]> {
  const ofFastify = await packagesOf(t, 'fastify')
  return (await packagesOf(t, specifier)).filter((name) => !ofFastify.includes(name))
}

/** Config checks, and the registry of versions. */
const common = ['ajv', 'fast-uri', 'fastify-plugin', 'json-schema-traverse', 'leven', 'lru-cache']

const lists: Record<string, string[]> = {
  '.': [...common, 'undici'],
  './observe': common,
  './admin': common,
  './standalone': [...common, 'jiti', 'undici', 'yaml'].sort(),
  './testing': []
}

t.test('every entry point has a list', async (t) => {
  t.strictSame(Object.keys(entries).filter((name) => !name.endsWith('.json')), Object.keys(lists))
})

for (const [subpath, expected] of Object.entries(lists)) {
  t.test(`${subpath} loads these packages and no others`, async (t) => {
    t.strictSame(await own(t, `fastify-version-gateway${subpath.slice(1)}`), expected)
  })
}

t.test('the core loads nothing that only some users need', async (t) => {
  const loaded = await packagesOf(t, 'fastify-version-gateway')

  t.strictSame(loaded.filter((name) => /^(commander|chokidar|yaml|jiti|prom-client|@opentelemetry\/.*)$/.test(name)), [])
})

t.test('without prom-client, metrics say what to install, and everything else works', async (t) => {
  const withoutPromClient = `
    export async function resolve (specifier, context, next) {
      if (specifier === 'prom-client') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
      return await next(specifier, context)
    }`
  const output = await runProgram(t, `
    import { register } from 'node:module'
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(withoutPromClient)}`)})
    const { accessLog, gatewayHealth, observeVersions } = await import('fastify-version-gateway/observe')
    const { default: Fastify } = await import('fastify')
    const app = Fastify()
    await app.register(accessLog)
    await app.register(gatewayHealth)
    const { statusCode } = await app.inject('/healthz')
    const refused = await Fastify().register(observeVersions).ready().catch((error) => error.message)
    console.log(JSON.stringify([statusCode, refused]))
  `)

  t.strictSame(JSON.parse(output), [200, 'observeVersions needs the package prom-client. Install it: npm install prom-client'])
})

t.test('no other entry point loads the test kit', async (t) => {
  const others = Object.keys(entries).filter((name) => !name.endsWith('.json') && name !== './testing')
  for (const subpath of others) {
    const modules = await modulesOf(t, `fastify-version-gateway${subpath.slice(1)}`)

    t.strictSame(modules.filter((url) => /\/lib\/testing\//.test(url)), [], subpath)
  }
})
