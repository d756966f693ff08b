import { readFile } from 'node:fs/promises'
import t from 'tap'
import { printed, runSnippet } from './helpers/run-example.ts'
import { makeIssuer } from './helpers/issuer.ts'
import { startUpstream } from './helpers/upstream.ts'

const readme = await readFile('README.md', 'utf8')

t.test('snippets that come from an example are in it word for word', async (t) => {
  const snippets = [...readme.matchAll(/<!-- from: (\S+) -->\n```ts\n([^]*?)```/g)]

  t.ok(snippets.length > 0)
  for (const [, file, snippet] of snippets) {
    t.ok((await readFile(file!, 'utf8')).includes(snippet!), file!)
  }
})

t.test('the gateway of the README runs', async (t) => {
  const issuer = makeIssuer()
  const [latest, v2, jwks] = await Promise.all([
    startUpstream(t, 'latest'), startUpstream(t, 'v2'),
    startUpstream(t, 'jwks', (_request, response) => response.end(JSON.stringify({ keys: [issuer.jwk] })))
  ])
  const code = /<!-- run: gateway -->\n```ts\n([^]*?)```/.exec(readme)![1]!
    .replace('http://10.0.0.15:30080', latest)
    .replace('http://10.0.0.16:30080', v2)
    .replace('https://acme.frontegg.com/.well-known/jwks.json', `${jwks}/jwks.json`)
    .replace('port: 8080', 'port: 0')
  const gateway = await runSnippet(t, 'readme-gateway', code)

  const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(await printed(gateway, /listening at http:\/\/127/))![0]
  const token = issuer.token({ iss: 'https://acme.frontegg.com', userMetadata: { version: 'v2' } })
  const response = await fetch(`${origin}/orders`, { headers: { authorization: `Bearer ${token}` } })

  t.match(await response.json(), { servedBy: 'v2', headers: { 'x-target-version': 'v2' } })
})

t.test('the config error of the README is the one that is thrown', async (t) => {
  const { default: versionGateway } = await import('../lib/index.ts')
  const { default: Fastify } = await import('fastify')
  const shown = /```\n(VERSION_CONFIG_INVALID[^]*?)\n```/.exec(readme)![1]!
  const app = Fastify()

  app.register(versionGateway, {
    versions: { latest: { upstream: 'http://10.0.0.15:30080' }, v2: { upstream: 'orders:8080' } },
    resolve: { default: 'v3' as 'v2' }
  })

  await t.rejects(async () => await app.ready(), { message: shown })
})
