import t from 'tap'
import { runGateway } from '../../lib/standalone/index.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { startUpstream } from '../helpers/upstream.ts'

const config = (upstream: string): string => `
server: { port: 0, log: silent }
versions: { latest: { upstream: '\${UPSTREAM}' } }
sanitize: { owned: [x-user] }
# ${upstream}
`

t.test('runGateway serves a config file, reloads it, and keeps the previous config if the new one is refused', async (t) => {
  const upstream = await startUpstream(t, 'latest')
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config(upstream))
  const gateway = await runGateway(file, { env: { UPSTREAM: upstream } })
  t.teardown(async () => await gateway.close())
  const served = async (): Promise<string> => (await (await fetch(gateway.address)).json() as { servedBy: string }).servedBy

  await write('gateway.yaml', config(upstream).replace(/^sanitize.*$/m, ''))
  const refused = gateway.reload()

  await t.rejects(refused, { message: /sanitize/ })
  t.equal(await served(), 'latest')
  await gateway.reload({ allowRemovals: true })
  t.equal(await served(), 'latest')
  t.equal(gateway.adminAddress, null)
  t.strictSame(gateway.app.versions.list().map(({ id }) => id), ['latest'])
})
