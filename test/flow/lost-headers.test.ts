import type { IncomingMessage } from 'node:http'
import t from 'tap'
import { exceedsHeaderLimits } from '../../lib/sanitize-headers/header-limits.ts'
import { startGateway } from '../helpers/gateway.ts'
import { sendRaw } from '../helpers/raw.ts'

// CVE-2026-58044: Node silently drops the fields beyond its limit.
t.test('a bad token after more headers than Node keeps is refused, not ignored', async (t) => {
  const { origin } = await startGateway(t)
  const filler = Array.from({ length: 1000 }, (_, index) => `f${index}: 1`)

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', ...filler, 'Authorization: Bearer bad'])

  t.match(response, /^HTTP\/1\.1 (431|401) /)
})

t.test('a request with many headers, but within the limit, is forwarded', async (t) => {
  const { origin } = await startGateway(t)
  const filler = Array.from({ length: 900 }, (_, index) => `f${index}: 1`)

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', ...filler])

  t.match(response, /^HTTP\/1\.1 200 /)
})

const limits: Array<[sentence: string, server: { maxHeadersCount?: number | null }, count: number, lost: boolean]> = [
  ['the default limit is 1000 fields', { maxHeadersCount: null }, 1000, true],
  ['requests below the limit keep all fields', { maxHeadersCount: null }, 999, false],
  ['a limit of the app\'s own counts', { maxHeadersCount: 10 }, 10, true],
  ['without a limit, nothing is lost', { maxHeadersCount: 0 }, 5000, false],
  ['a server without the setting has the default', {}, 1000, true]
]
for (const [sentence, server, count, lost] of limits) {
  t.test(sentence, async (t) => {
    const hasLost = exceedsHeaderLimits(server as { maxHeadersCount: number | null })

    const raw = { rawHeaders: Array.from({ length: count * 2 }, () => 'x'), httpVersionMajor: 1 } as IncomingMessage

    t.equal(hasLost(raw), lost)
    t.equal(hasLost({ ...raw, httpVersionMajor: 2 } as IncomingMessage), lost)
  })
}
