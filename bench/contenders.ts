import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { haproxyCommand, haproxyJwtCommand } from './contenders/haproxy.ts'
import { nginxCommand } from './contenders/nginx.ts'
import { Process } from './measure/process.ts'
import { environmentOf, type Setting } from './measure/setting.ts'

/** Something that forwards requests, running. */
export interface Running {
  readonly process: Process
  /** Of each of its gateways. */
  readonly ports: readonly [number, ...number[]]
}

export interface Contender {
  /** Identifies it in scenarios and goals. */
  readonly key: string
  readonly label: string
  /** Why it cannot run here; `null`: it can. */
  readonly absence: string | null
  /** @param nodeArguments for a process of Node, such as what writes a profile */
  start (setting: Setting, folder: string, nodeArguments: readonly string[]): Promise<Running>
}

/** Everybody who takes part. `ours` may take part in several forms, which differ in their settings. */
export const contenders = {
  ours: nodeContender('ours', 'ours', 'fastify-version-gateway, the whole pipeline'),
  bare: nodeContender('bare', 'http-proxy-plugin', '@fastify/http-proxy'),
  assembly: nodeContender('assembly', 'assembly', '@fastify/jwt with its cache + @fastify/http-proxy'),
  'http-proxy': nodeContender('http-proxy', 'node-http-proxy', 'http-proxy'),
  httpxy: nodeContender('httpxy', 'httpxy', 'httpxy'),
  'http-proxy-3': nodeContender('http-proxy-3', 'http-proxy-3', 'http-proxy-3'),
  floor: nodeContender('floor', 'floor', 'node:http + undici dispatch: the floor'),

  nginx: nativeContender('nginx', 'nginx', 'nginx', nginxCommand),
  haproxy: nativeContender('haproxy', 'haproxy', 'HAProxy', haproxyCommand),
  'haproxy-jwt': nativeContender('haproxy-jwt', 'haproxy', 'HAProxy, jwt_verify', haproxyJwtCommand)
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders

/** The gateway of another checkout. @param compiled folder of its compiled benchmark */
export function gatewayOf (compiled: string, label: string): Contender {
  return nodeContender('other', 'ours', label, compiled)
}

/** @param compiled folder of the compiled benchmark that has the script */
function nodeContender (key: string, file: string, label: string, compiled = import.meta.dirname): Contender {
  return {
    key,
    label,
    absence: null,
    async start (setting, _folder, nodeArguments) {
      const script = join(compiled, 'contenders', `${file}.js`)
      const started = new Process(label, 'contender', [process.execPath, '--no-warnings', ...nodeArguments, script], environmentOf(setting))
      const { ports } = await started.firstLine<Pick<Running, 'ports'>>()
      return { process: started, ports }
    }
  }
}

type CommandOf = (setting: Setting, folder: string, port: number) => Promise<string[]>

function nativeContender (key: string, program: string, label: string, commandOf: CommandOf): Contender {
  const isThere = spawnSync(program, ['-v']).error === undefined
  return {
    key,
    label,
    absence: isThere ? null : `not installed (apt-get install ${program})`,
    async start (setting, folder) {
      const port = await freePort()
      const started = new Process(label, 'contender', await commandOf(setting, folder, port))
      await Promise.race([untilListening(port), started.output().then(() => { throw new Error(`${label} ended at once`) })])
      return { process: started, ports: [port] }
    }
  }
}

/** These cannot be given port 0. */
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
    const isThere = await once(socket, 'connect').then(() => true, () => false)
    socket.destroy()
    if (isThere) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing listens on ${port}`)
}
