import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { programOf, project } from './helpers/project.ts'
import { plainEnvironment } from './helpers/run-example.ts'

// Each entry point is built as it is published.

const run = promisify(execFile)
const { bundle } = await import(new URL('scripts/bundle.js', project).href) as { bundle (folder: string): Promise<void> }
const { entryPoints } = await import(new URL('scripts/entry-points.js', project).href) as { entryPoints: ReadonlyMap<string, string> }

/** Builds the package in a separate folder. */
async function build (t: Test): Promise<string> {
  const folder = resolve(await mkdtemp('build/package-'))
  t.teardown(async () => await rm(folder, { recursive: true }))
  await Promise.all([bundle(`${folder}/dist`), cp('package.json', `${folder}/package.json`)])
  return folder
}

let programs = 0

/** Runs a program that uses the built package by its name. */
async function runProgram (folder: string, code: string, extension = 'mjs', options: readonly string[] = []): Promise<string> {
  const program = `${folder}/program-${programs++}.${extension}`
  await writeFile(program, code)
  return (await run(process.execPath, [...options, program], { env: plainEnvironment() })).stdout
}

/** Prints the URLs of modules as they are loaded. CommonJS modules are in a cache instead. */
const hooks = `
  import { writeSync } from 'node:fs'
  export async function load (url, context, next) {
    writeSync(1, url + '\\n')
    return await next(url, context)
  }`
const packageOf = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//s

/** Returns the packages that a module loads, except those that Fastify loads, because every app has them. */
async function packagesOf (folder: string, specifier: string): Promise<string[]> {
  const loadedBy = async (specifier: string): Promise<string[]> => {
    const output = await runProgram(folder, `
      import { createRequire, register } from 'node:module'
      register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)})
      await import(${JSON.stringify(specifier)})
      console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'))
    `)
    return [...new Set(output.split('\n').flatMap((url) => packageOf.exec(url)?.[1] ?? []))].sort()
  }
  const ofFastify = await loadedBy('fastify')
  return (await loadedBy(specifier)).filter((name) => !ofFastify.includes(name))
}

/** The core is in one file. Config checks, semver and other code that requests do not need are loaded later. */
const core = ['fastest-levenshtein', 'fastify-plugin', 'lru-cache', 'undici']

const lists: Record<string, readonly string[]> = {
  '.': core,
  './observe': core,
  './limits': core,
  './admin': core,
  './standalone': [],
  './testing': []
}

t.test('the built package', async (t) => {
  const folder = await build(t)

  t.strictSame([...entryPoints.keys()], Object.keys(lists), 'every entry point has a list')
  for (const [subpath, expected] of Object.entries(lists)) {
    const specifier = `fastify-version-gateway${subpath.slice(1)}`

    await t.test(`${specifier} loads these packages and no others`, async (t) => {
      t.strictSame(await packagesOf(folder, specifier), expected)
    })

    await t.test(`${specifier} has the same exports whether it is imported or required`, async (t) => {
      const output = await runProgram(folder, `
        import { createRequire } from 'node:module'
        const [imported, required] = [await import('${specifier}'), createRequire(import.meta.url)('${specifier}')]
        const isSame = Object.keys(required).every((name) => imported[name] === required[name])
        console.log(JSON.stringify([isSame, Object.keys(imported).sort(), Object.keys(required).sort()]))
      `)
      const sources = await import(programOf(entryPoints.get(subpath)!)) as object

      t.strictSame(JSON.parse(output), [true, Object.keys(sources).sort(), Object.keys(sources).sort()])
    })
  }

  await t.test('an app can use parts that are imported and parts that are required', async (t) => {
    const output = await runProgram(folder, `
      const { defineVersions, fromHeader } = require('fastify-version-gateway')
      const { accessLog } = require('fastify-version-gateway/observe')
      const app = require('fastify')()
      import('fastify-version-gateway').then(async ({ default: versionGateway, isGatewayError }) => {
        await app.register(accessLog)
        await app.register(versionGateway, {
          versions: defineVersions({ v1: { upstream: 'http://127.0.0.1:1' } }), resolve: { override: [fromHeader('x-version')], default: 'v1' }
        })
        app.addHook('onError', async (_request, _reply, error) => { console.log(isGatewayError(error)) })
        console.log((await app.inject({ url: '/', headers: { 'x-version': 'v9' } })).json().code)
      })
    `, 'cjs')

    t.equal(output, 'VERSION_UNKNOWN\n')
  })

  await t.test('a standalone gateway serves its page and parses a long file in a thread', async (t) => {
    const names = Array.from({ length: 3000 }, (_, index) => `tenant-${index}: v1`)
    await writeFile(`${folder}/gateway.yaml`, `server: { port: 0, log: silent }
admin: { password: 'correct horse battery' }
versions: { v1: { upstream: 'http://127.0.0.1:1' } }
identity: { providers: [{ name: idp, issuer: 'https://idp.test', jwks: { url: 'http://127.0.0.1:1/keys' } }] }
resolve: { default: v1, pin: [{ tenants: { claim: tenant, map: { ${names.join(', ')} } } }] }
`)
    const output = await runProgram(folder, `
      import { runGateway } from 'fastify-version-gateway/standalone'
      let threads = 0
      process.on('worker', () => { threads++ })
      const gateway = await runGateway(${JSON.stringify(`${folder}/gateway.yaml`)}, { env: {} })
      const headers = { authorization: 'Basic ' + Buffer.from('admin:correct horse battery').toString('base64') }
      const { status } = await fetch(new URL('/admin/page/page.js', gateway.address), { headers })
      console.log(JSON.stringify([threads, status]))
      await gateway.close()
    `)

    t.strictSame(JSON.parse(output), [1, 200])
  })

  await t.test('stack traces lead to the sources', async (t) => {
    const output = await runProgram(folder, `
      import { defineVersions } from 'fastify-version-gateway'
      try {
        defineVersions({})
      } catch ({ stack }) {
        console.log(stack)
      }
    `, 'mjs', ['--enable-source-maps'])

    t.match(output, /lib\/define-versions\.ts:\d+/)
  })

  await t.test('without prom-client, metrics name the package to install, and everything else works', async (t) => {
    const empty = `${folder}/node_modules/prom-client`
    await mkdir(empty, { recursive: true })
    await writeFile(`${empty}/package.json`, '{ "exports": {} }')
    const output = await runProgram(folder, `
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

  await t.test('no other entry point loads the test kit', async (t) => {
    const files = (await readdir(`${folder}/dist`)).filter((file) => file.endsWith('.cjs') && file !== 'testing.cjs')
    const texts = await Promise.all(files.map(async (file) => await readFile(`${folder}/dist/${file}`, 'utf8')))

    t.strictSame(files.filter((_file, index) => /require\("\.\/testing|lib\/testing\//.test(texts[index]!)), [])
  })
})
