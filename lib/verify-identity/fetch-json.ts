import { Agent, request } from 'undici'

interface Limits {
  /** For the whole answer, connecting included. */
  timeoutMs: number
  maxBytes: number
}

/** Fetches JSON. */
export interface JsonClient {
  /** @throws when there is no whole, valid answer of status 200 in time */
  fetch (url: URL): Promise<unknown>
  /** Gives up fetches under way and closes the connections. */
  close (): Promise<void>
}

/** A client that trusts nothing about what it fetches from: neither time, nor size, nor redirects. */
export function jsonClient ({ timeoutMs, maxBytes }: Limits): JsonClient {
  const dispatcher = new Agent({ connect: { timeout: timeoutMs }, maxResponseSize: maxBytes })
  return {
    async fetch (url) {
      const signal = AbortSignal.timeout(timeoutMs)
      const { statusCode, body } = await request(url, { dispatcher, signal, headers: { accept: 'application/json' } })
      // A redirect is not followed: whoever can send one could send it to keys of his own.
      if (statusCode === 200) return await body.json()
      await body.dump({ limit: maxBytes, signal })
      throw new Error(`${url.href} answered ${statusCode}`)
    },
    close: () => dispatcher.destroy()
  }
}
