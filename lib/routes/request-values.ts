import { firstCookies } from '../http/cookies.ts'
import { firstParameters } from '../http/query.ts'
import type { Condition, RoutedRequest } from './types.ts'

/** Reads the values of a request for conditions. The query and the cookies are parsed on first use. */
export class RequestValues {
  #request!: RoutedRequest
  #query: ReadonlyMap<string, string> | null = null
  #cookies: ReadonlyMap<string, string> | null = null

  /** Starts with a request. One object serves all requests in turn, so that a match allocates nothing. */
  start (request: RoutedRequest): void {
    this.#request = request
    this.#query = null
    this.#cookies = null
  }

  /** The path. The bare prefix of the gateway counts as `/`. */
  get path (): string {
    const { path } = this.#request
    return path === '' ? '/' : path
  }

  /** Returns the value that a condition compares. `undefined` if the request has none. */
  of ({ source, name }: Pick<Condition, 'source' | 'name'>): string | undefined {
    switch (source) {
      case 'method': return this.#request.method
      case 'header': return this.#header(name)
      case 'query': return (this.#query ??= firstParameters(this.#request.query)).get(name)
      case 'cookie': return (this.#cookies ??= firstCookies(this.#header('cookie') ?? '')).get(name)
    }
  }

  #header (name: string): string | undefined {
    // An inherited member, such as `constructor`, is no text.
    const value: unknown = this.#request.headers[name]
    return typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : undefined
  }
}
