import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { ownCheckout, scriptIn } from './checkout.ts'
import { haproxyCommand, haproxyJwtCommand } from './contenders/haproxy.ts'
import { nginxCommand } from './contenders/nginx.ts'
import { Process } from './measure/process.ts'
import { environmentOf, type Setting } from './measure/setting.ts'

/** A running process with one or more gateways. */
export interface RunningContender {
  readonly process: Process
  /** One port per gateway. */
  readonly ports: readonly [number, ...number[]]
}

export interface Contender {
  /** Identifies it in scenarios and goals. */
  readonly key: string
  readonly label: string
  /** Why it cannot run on this machine. `null` if it can. */
  readonly unavailable: string | null
  /** @param nodeArguments options for Node, such as `--cpu-prof`; native contenders ignore them */
  start (setting: Setting, folder: string, nodeArguments: readonly string[]): Promise<RunningContender>
}

export const contenders = {
  ours: nodeContender('ours', 'ours', 'fastify-version-gateway, full pipeline'),
  bare: nodeContender('bare', 'http-proxy-plugin', '@fastify/http-proxy'),
  assembly: nodeContender('assembly', 'assembly', '@fastify/jwt with cache + @fastify/http-proxy'),
  'http-proxy': nodeContender('http-proxy', 'node-http-proxy', 'http-proxy'),
  httpxy: nodeContender('httpxy', 'httpxy', 'httpxy'),
  'http-proxy-3': nodeContender('http-proxy-3', 'http-proxy-3', 'http-proxy-3'),
  floor: nodeContender('floor', 'floor', 'floor: node:http + undici dispatch'),

  nginx: nativeContender('nginx', 'nginx', 'nginx', nginxCommand),
  haproxy: nativeContender('haproxy', 'haproxy', 'HAProxy', haproxyCommand),
  'haproxy-jwt': nativeContender('haproxy-jwt', 'haproxy', 'HAProxy with jwt_verify', haproxyJwtCommand)
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders

/** The gateway of another checkout. */
export function gatewayOf (checkout: string): Contender {
  return nodeContender('other', 'ours', `the gateway of ${checkout}`, checkout)
}

function nodeContender (key: string, file: string, label: string, checkout = ownCheckout): Contender {
  return {
    key,
    label,
    unavailable: null,
    async start (setting, _folder, nodeArguments) {
      const script = scriptIn(checkout, `contenders/${file}.js`)
      const gateway = new Process(label, 'contender', [process.execPath, '--no-warnings', ...nodeArguments, script], environmentOf(setting))
      const { ports } = await gateway.firstMessage<Pick<RunningContender, 'ports'>>()
      return { process: gateway, ports }
    }
  }
}

type CommandOf = (setting: Setting, folder: string, port: number) => Promise<string[]>

function nativeContender (key: string, program: string, label: string, commandOf: CommandOf): Contender {
  const isInstalled = spawnSync(program, ['-v']).error === undefined
  return {
    key,
    label,
    unavailable: isInstalled ? null : `not installed (apt-get install ${program})`,
    async start (setting, folder) {
      const port = await freePort()
      const gateway = new Process(label, 'contender', await commandOf(setting, folder, port))
      await Promise.race([untilListening(port), gateway.output().then(() => { throw new Error(`${label} exited during startup`) })])
      return { process: gateway, ports: [port] }
    }
  }
}

/** nginx and HAProxy cannot report a port that the system chose. */
async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilListening (port: number): Promise<void> {
  for (let attempts = 0; attempts < 100; attempts++) {
    const socket = connect(port, '127.0.0.1')
    const isListening = await once(socket, 'connect').then(() => true, () => false)
    socket.destroy()
    if (isListening) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing listens on port ${port} after 5 seconds`)
}
