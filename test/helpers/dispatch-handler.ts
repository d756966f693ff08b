import type { UpgradeHandler, UpstreamRequest } from '../../lib/transport/upstream-handler.ts'

/** Records the callbacks that undici calls, and overrides them as a test wants. */
export function makeHandler (own: Partial<UpgradeHandler> = {}) {
  const notes: string[] = []
  let request: UpstreamRequest | undefined
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => { end = resolve })
  const handler: UpgradeHandler = {
    onRequest (begun) {
      request = begun
      notes.push('connected')
      own.onRequest?.(begun)
    },
    onHeaders (status, rawHeaders, reason) {
      notes.push(String(status))
      own.onHeaders?.(status, rawHeaders, reason)
    },
    onData (chunk) {
      notes.push(String(chunk))
      return own.onData?.(chunk) ?? true
    },
    onComplete: () => {
      notes.push('complete')
      end()
    },
    onUpgrade: () => { notes.push('upgraded') },
    onError: (error) => {
      notes.push((error as NodeJS.ErrnoException).code ?? error.message)
      end()
    }
  }
  return { handler, notes, ended, abort: (reason: Error) => request?.abort(reason) }
}
