// The minimum for Node: its HTTP server, and undici's `dispatch` with raw headers on both sides. It makes no decisions,
// removes no headers except Connection, and enforces no limits.
import { createServer, type ServerResponse } from 'node:http'
import { type Dispatcher, Pool } from 'undici'
import { listenAndReport } from '../measure/report-ports.ts'
import { readSetting, urlOf } from '../measure/setting.ts'

const { upstreams: [v1] } = readSetting()
const pool = new Pool(urlOf(v1), { connections: 128, pipelining: 1 })

class Pipe implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse
  #resume: () => void = () => {}

  constructor (response: ServerResponse) {
    this.#response = response
  }

  onConnect (): void {}

  onHeaders (status: number, rawHeaders: Buffer[], resume: () => void): boolean {
    this.#resume = resume
    this.#response.writeHead(status, rawHeaders.map((part) => part.toString('latin1')))
    return true
  }

  onData (chunk: Buffer): boolean {
    if (this.#response.write(chunk)) return true
    this.#response.once('drain', this.#resume)
    return false
  }

  onComplete (): void {
    this.#response.end()
  }

  onError (): void {
    this.#response.destroy()
  }
}

await listenAndReport(createServer((request, response) => {
  const hasBody = request.headers['content-length'] !== undefined
  const headers: string[] = []
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!
    if (name.toLowerCase() !== 'connection') headers.push(name, request.rawHeaders[i + 1]!)
  }
  const { method, url } = request
  pool.dispatch({ method: method as Dispatcher.HttpMethod, path: url!, headers, body: hasBody ? request : null }, new Pipe(response))
}))
