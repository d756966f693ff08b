import type { RunGatewayOptions, RunningGateway } from '../../types/standalone.ts'

/**
 * Runs the gateway of a config file in this process, like the command `start`, but without its signal handlers. The log goes to
 * standard output.
 *
 * @throws with all problems of the file, or when the gateway cannot listen
 *
 * @example
 * import { runGateway } from 'fastify-version-gateway/standalone'
 *
 * const gateway = await runGateway('gateway.yaml')
 * console.log(gateway.address)
 * process.once('SIGTERM', () => gateway.close())
 */
export async function runGateway (file: string, { env = process.env }: RunGatewayOptions = {}): Promise<RunningGateway> {
  // Loaded on use, because this includes Fastify and the whole gateway.
  const [{ loadAndStart, maxFlushMs, settleOptions }, { loadSettledConfig }, { standardOutput }] = await Promise.all([
    import('./commands/start.ts'), import('./load-settled-config.ts'), import('./log-destination.ts')
  ])
  const destination = standardOutput()
  const options = { watch: false, destination }
  const { standalone, log } = await loadAndStart(file, options, { env })
  return {
    address: standalone.address,
    get adminAddress () { return standalone.adminAddress },
    get app () { return standalone.app },
    reload: async (how) => await standalone.reload(await loadSettledConfig(file, env, settleOptions(options, log)), how),
    close: async () => {
      await standalone.stop()
      await destination.flush(maxFlushMs)
    }
  }
}
