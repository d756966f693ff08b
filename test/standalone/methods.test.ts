import t from 'tap'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { config, run } from '../helpers/standalone.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { makeFolder } from '../helpers/config-folder.ts'

const withMethods = (upstream: string, methods: string): string => config(upstream).replace('port: 0', `port: 0, methods: [${methods}]`)

for (const method of ['PROPFIND', 'MOVE', 'REPORT']) {
  t.test(`${method} is forwarded with its body if server.methods lists it`, async (t) => {
    const { origin } = await run(t, withMethods(await startUpstream(t, 'v1'), 'PROPFIND, MOVE, REPORT'))

    const response = await sendRaw(t, origin, [`${method} /a HTTP/1.1`, 'Host: api.test', 'Content-Length: 2', 'Destination: http://api.test/b'], 'ok')

    t.match(bodyOf<Seen>(response), { method, path: '/a', body: 'ok', headers: { destination: 'http://api.test/b' } })
  })
}

t.test('an unknown method in server.methods is rejected', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', withMethods('http://127.0.0.1:1', 'PROPFINT'))

  await t.rejects(loadConfig(file), { message: /server\.methods\[0\]: expected a method such as PROPFIND, .*got 'PROPFINT'/ })
})
