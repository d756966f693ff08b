import t from 'tap'
import { bodyTooLarge, exchangeFailure, timedOut } from '../../lib/proxy-versions/failures.ts'

const failures: Array<[failure: object, code: string, status: number]> = [
  [{ code: 'ECONNREFUSED' }, 'UPSTREAM_UNAVAILABLE', 502],
  [{ code: 'ENOTFOUND' }, 'UPSTREAM_UNAVAILABLE', 502],
  [{ code: 'UND_ERR_SOCKET' }, 'UPSTREAM_UNAVAILABLE', 502],
  [{}, 'UPSTREAM_UNAVAILABLE', 502],
  [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'UPSTREAM_TIMEOUT', 504],
  [{ code: 'UND_ERR_HEADERS_TIMEOUT' }, 'UPSTREAM_TIMEOUT', 504],
  [{ code: 'UND_ERR_BODY_TIMEOUT' }, 'UPSTREAM_TIMEOUT', 504],
  [{ code: 'UND_ERR_HEADERS_OVERFLOW' }, 'UPSTREAM_PROTOCOL', 502],
  [{ name: 'HTTPParserError' }, 'UPSTREAM_PROTOCOL', 502],
  [{ code: 'ERR_INVALID_CHAR' }, 'UPSTREAM_PROTOCOL', 502],
  [{ code: 'UND_ERR_INVALID_ARG' }, 'REQUEST_MALFORMED', 400],
  [timedOut(), 'UPSTREAM_TIMEOUT', 504],
  [bodyTooLarge(10), 'REQUEST_TOO_LARGE', 413]
]

for (const [failure, code, statusCode] of failures) {
  t.test(`${JSON.stringify(failure)} is ${code}`, async (t) => {
    const cause = Object.assign(new Error('connect 10.0.0.1:80'), failure)

    const refusal = exchangeFailure(cause, 'v2', 'http://10.0.0.1')

    t.match(refusal, { code, statusCode, cause, members: { version: 'v2' }, target: 'http://10.0.0.1' })
    t.notMatch(refusal.message, '10.0.0.1')
  })
}
