import type { RunGatewayOptions, RunningGateway } from '../../types/standalone.ts'
import { loadAndStart, maxFlushMs, settleOptions } from './commands/start.ts'
import { loadSettledConfig } from './load-settled-config.ts'
import { standardOutput } from './log-destination.ts'

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
