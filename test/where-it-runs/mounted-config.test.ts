import { once } from 'node:events'
import { mkdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { start } from '../../lib/standalone/commands/start.ts'
import type { Standalone } from '../../lib/standalone/standalone.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'
import { readManifests } from '../helpers/manifests.ts'
import { Process, served } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

class Pod extends Process {
  override readonly env = { UPSTREAM_KEY: 'a-secret' }
}

/**
 * A directory as the kubelet keeps it for a ConfigMap. The mounted files are links through `..data` to a directory with a timestamp.
 * For a change, the kubelet makes another directory and replaces `..data` atomically.
 */
async function mountConfigMap (t: Test, name: string) {
  const { folder } = await makeFolder(t)
  const data = join(folder, '..data')
  let generation = 0
  return {
    file: join(folder, name),
    async write (text: string): Promise<void> {
      const before = await readlink(data).catch(() => null)
      const dated = `..2026_11_02_10_00_00.${++generation}`
      await mkdir(join(folder, dated))
      await writeFile(join(folder, dated, name), text)
      await symlink(dated, join(folder, '..data_tmp'))
      await rename(join(folder, '..data_tmp'), data)
      if (before === null) await symlink(join('..data', name), join(folder, name))
      else await rm(join(folder, before), { recursive: true })
    }
  }
}

/** Writes the config of the example with the servers of this test. */
async function localConfig (t: Test) {
  const issuer = makeIssuer()
  const { url } = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const { text } = await readManifests()
  let local = text.replace(/https:\S+jwks\.json/, url).replace('0.0.0.0', '127.0.0.1').replace('drainMs: 5000', 'drainMs: 0')
    .replace('port: 8080', 'port: 0\n  log: silent')
  for (const version of ['v1', 'v2', 'v3']) local = local.replace(`http://orders-${version}:8080`, await startUpstream(t, version))
  const token = issuer.token({ iss: /issuer: (\S+)/.exec(text)![1], version: 'v1' })
  return { text: local, authorization: `Bearer ${token}` }
}

/** Runs the command of the container. */
async function runPod (t: Test, file: string): Promise<Standalone> {
  const host = new Pod()
  const standalone = await start(file, { watch: true }, host)
  t.teardown(async () => {
    host.emit('SIGTERM')
    await host.ended()
  })
  return standalone
}

t.test('a changed ConfigMap takes effect without a restart, and so does restoring the previous one', async (t) => {
  const { text, authorization } = await localConfig(t)
  const { file, write } = await mountConfigMap(t, 'gateway.yaml')
  await write(text)
  const standalone = await runPod(t, file)
  const { app, address } = standalone

  const asDeployed = await served(address)
  await write(text.replace('latest: v2', 'latest: v3'))
  await until(() => app.versions.revision === 2)
  const changed = await served(address)
  await write(text)
  await until(() => app.versions.revision === 3)
  const putBack = await served(address)

  t.strictSame([asDeployed, changed, putBack], ['200 v2 v2', '200 v3 v3', '200 v2 v2'])
  t.equal(standalone.app, app, 'connections are kept')
  t.equal(await served(address, { authorization }), '200 v1 v1', 'the claim decides')
  t.equal(await served(address, { authorization, 'x-version-override': 'v3' }), '200 v3 v3', 'the header outranks it')
})

t.test('an invalid ConfigMap changes nothing and is counted, and a fixed one takes effect', async (t) => {
  const { text } = await localConfig(t)
  const { file, write } = await mountConfigMap(t, 'gateway.yaml')
  await write(text)
  const { app, address } = await runPod(t, file)
  const isRefused = once(app.versions.events, 'rejected')

  await write(text.replace('latest: v2', 'latest: v9'))
  await isRefused
  const during = await served(address)
  const metrics = await (await fetch(`${address}/metrics`)).text()
  await write(text.replace('latest: v2', 'latest: v3'))
  await until(() => app.versions.revision === 2)

  t.equal(during, '200 v2 v2')
  t.match(metrics, /version_gateway_registry_rejected_total 1/)
  t.equal(await served(address), '200 v3 v3')
})

t.test('upstreams receive the key from the Secret and no other', async (t) => {
  const { text } = await localConfig(t)
  const { file, write } = await mountConfigMap(t, 'gateway.yaml')
  await write(text)
  const { address } = await runPod(t, file)

  for (const version of ['v1', 'v2', 'v3']) {
    const response = await fetch(address, { headers: { 'x-version-override': version, 'x-gateway-key': 'made up', 'x-user-id': 'mallory' } })
    const { headers } = await response.json() as { headers: Record<string, string> }

    t.equal(headers['x-gateway-key'], 'a-secret', version)
    t.notOk('x-user-id' in headers, 'no caller is identified')
  }
})
