import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import t from 'tap'
import versionGateway, { fromHeader } from '../../lib/index.ts'
import { expectVersion } from '../../lib/testing/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { runSnippet } from '../helpers/run-example.ts'

const docs = await readFile('docs/testing.md', 'utf8')

t.test('the test in the documentation passes with node:test', async (t) => {
  const code = /```ts\n([^]*?)```/.exec(docs)![1]!

  const running = await runSnippet(t, 'testing', code)
  const [[status], output, errors] = await Promise.all([once(running, 'exit'), text(running.stdout), text(running.stderr)])

  t.equal(status, 0, output + errors)
  t.match(output, /pass 1\b/)
})

t.test('the failure in the documentation is the one that is thrown', async (t) => {
  const shown = /```\n(expected id [^]*?)\n```/.exec(docs)![1]!
  const app = makeApp(t)
  await app.register(versionGateway, {
    versions: { latest: { upstream: 'http://latest.test' }, v2: { upstream: 'http://v2.test' } },
    resolve: { override: [fromHeader('x-version-override')], default: 'latest' }
  })

  const failed = expectVersion(app, { headers: { 'x-version-override': 'v2' } }, 'latest')

  await t.rejects(failed, { message: shown })
})
