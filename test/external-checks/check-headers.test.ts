import t from 'tap'
import { checkHeaders } from '../../lib/external-checks/check-headers.ts'

const headers = ['Host', 'api.test', 'Content-Length', '9', 'Content-Type', 'text/x', 'X_Partial_Body', 'true', 'Accept-Encoding', 'br', 'Cookie', 'a=1', 'x-forwarded-for', '1.2.3.4']

t.test('all headers are sent by default, except those that only fit the exchange with the client', async (t) => {
  t.strictSame(checkHeaders(undefined)(headers, null), [
    'Host', 'api.test', 'Content-Type', 'text/x', 'Cookie', 'a=1', 'x-forwarded-for', '1.2.3.4', 'accept-encoding', 'identity'
  ])
})

t.test('the length is that of the bytes that are sent', async (t) => {
  const fields = checkHeaders([])(headers, { bytes: Buffer.from('abc'), isWhole: false })

  t.strictSame(fields, [
    'Host', 'api.test', 'Content-Type', 'text/x', 'x-forwarded-for', '1.2.3.4', 'accept-encoding', 'identity', 'content-length', '3', 'x-partial-body', 'true'
  ])
})

t.test('forwardHeaders selects headers in any spelling', async (t) => {
  t.strictSame(checkHeaders(['COOKIE'])(headers, null), ['Host', 'api.test', 'Cookie', 'a=1', 'x-forwarded-for', '1.2.3.4', 'accept-encoding', 'identity'])
})
