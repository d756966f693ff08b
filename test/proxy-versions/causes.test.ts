import t from 'tap'
import { causeOf, queueFull, tooManyInterim, wasIdle } from '../../lib/proxy-versions/upstream-errors.ts'

const causes: ReadonlyArray<readonly [failure: object, cause: string]> = [
  [{ code: 'ECONNREFUSED' }, 'refused'],
  [{ code: 'ENOTFOUND' }, 'dns'],
  [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'connect-timeout'],
  [{ code: 'UND_ERR_SOCKET' }, 'reset'],
  [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'tls'],
  [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'tls'],
  [{ name: 'HTTPParserError' }, 'protocol'],
  [{ code: 'UND_ERR_HEADERS_OVERFLOW' }, 'protocol'],
  [{ code: 'UND_ERR_INVALID_ARG' }, 'request'],
  [tooManyInterim(), 'protocol'],
  [queueFull(), 'queue-full'],
  [wasIdle(), 'idle-timeout'],
  [{ code: 'SOMETHING_NEW' }, 'other'],
  [{}, 'other']
]

for (const [failure, cause] of causes) {
  t.test(`the cause of ${JSON.stringify(failure)} is ${cause}`, async (t) => {
    t.equal(causeOf(failure as Error), cause)
  })
}
