import type { FastifyReply, FastifyRequest } from 'fastify'

/** The reply of a simulated request. It only records headers. */
export class RehearsedReply {
  readonly request: FastifyRequest
  readonly #headers = new Map<string, string>()

  constructor (request: FastifyRequest) {
    this.request = request
  }

  header (name: string, value: unknown): this {
    this.#headers.set(name.toLowerCase(), String(value))
    return this
  }

  headers (values: Readonly<Record<string, unknown>>): this {
    for (const [name, value] of Object.entries(values)) this.header(name, value)
    return this
  }

  getHeader (name: string): string | undefined {
    return this.#headers.get(name.toLowerCase())
  }

  getHeaders (): Record<string, string> {
    return Object.fromEntries(this.#headers)
  }

  code (): this {
    return this
  }

  type (value: string): this {
    return this.header('content-type', value)
  }

  send (): this {
    return this
  }

  /** Casts to a reply: the stages use nothing else of it. */
  asReply (): FastifyReply {
    return this as unknown as FastifyReply
  }
}
