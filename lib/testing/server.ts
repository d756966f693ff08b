import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestFailure, TestServer } from '../../types/testing.ts'

interface Running extends TestServer {
  /** Counts a request. @returns the status with which it fails, `null` to close the connection, or `undefined` to serve it */
  failureOfNext (): number | null | undefined
}

/** Starts a server on a free port. */
export async function startServer (listener: RequestListener): Promise<Running> {
  const server = createServer(listener)
  // It would close an idle connection that the next request is about to use.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  let failure: TestFailure | null = null
  let left = 0
  const close = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail (how = {}) {
      failure = how
      left = how.times ?? Infinity
    },
    recover () { failure = null },
    failureOfNext () {
      if (failure === null || left === 0) return undefined
      left--
      return failure.status ?? null
    },
    close,
    [Symbol.asyncDispose]: close
  }
}
