import type { Handler } from '../../lib/proxy-versions/http2-request.ts'

/** Notes what it is told, and does with it what a test wants. */
export function makeHandler (own: Partial<Handler> = {}) {
  const notes: string[] = []
  let abort: (error?: Error) => void = () => {}
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => { end = resolve })
  const handler: Handler = {
    onConnect (onAbort) {
      abort = onAbort
      notes.push('connected')
      own.onConnect?.(onAbort)
    },
    onHeaders (status, headers, resume, reason) {
      notes.push(String(status))
      return own.onHeaders?.(status, headers, resume, reason) ?? true
    },
    onData (chunk) {
      notes.push(String(chunk))
      return own.onData?.(chunk) ?? true
    },
    onComplete: () => {
      notes.push('complete')
      end()
    },
    onError: (error) => {
      notes.push((error as NodeJS.ErrnoException).code ?? error.message)
      end()
    }
  }
  return { handler, notes, ended, abort: (error?: Error) => abort(error) }
}
