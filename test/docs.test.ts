import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadConfig } from '../lib/standalone/load-config.ts'
import { makeFolder } from './helpers/config-folder.ts'
import { singleVersion, observed } from './helpers/observed.ts'
import { makeIssuer } from './helpers/issuer.ts'
import { respondWith, startJwksServer } from './helpers/jwks-server.ts'
import { startUpstream } from './helpers/upstream.ts'
import { project } from './helpers/project.ts'

const root = fileURLToPath(project)

async function filesOf (folder: string, ending: RegExp): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true })
  return entries.filter((name) => ending.test(name)).map((name) => join(root, folder, name))
}

/** Returns the code spans of a document. */
function quotedIn (text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, quoted]) => quoted!)
}

t.test('links in the documentation lead to existing files', async (t) => {
  const documents = [...await filesOf('docs', /\.md$/), ...await filesOf('examples', /\.md$/), join(root, 'README.md'), join(root, 'bench/README.md')]
  for (const document of documents) {
    for (const [, link] of (await readFile(document, 'utf8')).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(link!)) continue
      await t.resolves(access(join(document, '..', link!)), `${document}: ${link}`)
    }
  }
  t.ok(documents.length > 10)
})

t.test('configs in the documentation are valid', async (t) => {
  const { write } = await makeFolder(t)
  const text = await readFile(join(root, 'docs/standalone.md'), 'utf8')
  const configs = [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, config]) => config!)

  t.ok(configs.length > 0)
  for (const [index, config] of configs.entries()) await t.resolves(loadConfig(await write(`${index}.yaml`, config)))
})

t.test('the metrics, codes and log lines in the documentation exist', async (t) => {
  const text = await readFile(join(root, 'docs/operate.md'), 'utf8')
  const sources = (await Promise.all((await filesOf('lib', /\.ts$/)).map((file) => readFile(file, 'utf8')))).join('\n')
  const issuer = makeIssuer()
  const { url } = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const { send, metricsOf } = await observed(t, {
    ...singleVersion(await startUpstream(t, 'latest')), identity: { providers: [issuer.provider({ jwks: { url } })] }
  })
  await (await send('/a')).text()
  const { families } = await metricsOf(1)

  // Only the standalone gateway has a log of its own, whose lost lines it counts.
  const metrics = [...text.matchAll(/version_gateway_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''))
    .filter((name) => !(name === 'version_gateway_log_lines_lost_total' && sources.includes('log_lines_lost_total')))
  const codes = quotedIn(text).filter((quoted) => /^[A-Z]+_[A-Z_]+$/.test(quoted))
  const messages = quotedIn(text).filter((quoted) => /^(certificate|config|fetching|gateway|request|shutting|version|versions) [a-z ]+/.test(quoted))

  t.ok(metrics.length > 5 && codes.length > 10 && messages.length > 5)
  t.strictSame(metrics.filter((name) => !families.some((family) => family.name === name)), [])
  t.strictSame(codes.filter((code) => !sources.includes(`'${code}'`)), [])
  t.strictSame(messages.filter((message) => !sources.includes(`'${message}`)), [])
})
