import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Test } from 'tap'

/** Starts a proxy that sends all requests and tunnels to one loopback port. `received` has their methods and targets. */
export async function startProxy (t: Test, port: number): Promise<{ readonly received: readonly string[], readonly address: string }> {
  const received: string[] = []
  const proxy = createServer(({ method, url, headers }, response) => {
    received.push(`${method} ${url}`)
    request({ port, path: new URL(url!).pathname, headers }, (reply) => { reply.pipe(response) }).end()
  }).listen(0, '127.0.0.1')
  proxy.on('connect', ({ method, url }, socket) => {
    received.push(`${method} ${url}`)
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const each of [socket, onward]) each.on('error', () => {})
  })
  await once(proxy, 'listening')
  t.teardown(() => { proxy.closeAllConnections(); proxy.close() })
  return { received, address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }
}

/** Sets proxy variables and clears all others until the test ends. */
export function proxyEnvironment (t: Test): (values: Record<string, string>) => void {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']
  const set = (values: NodeJS.ProcessEnv): void => {
    for (const name of names) delete process.env[name]
    Object.assign(process.env, values)
  }
  const before = Object.fromEntries(names.flatMap((name) => process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  t.teardown(() => set(before))
  return set
}
