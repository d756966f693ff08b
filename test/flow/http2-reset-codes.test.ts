import { once } from 'node:events'
import { constants } from 'node:http2'
import t, { type Test } from 'tap'
import { inCompatibility } from '../helpers/compatibility.ts'
import { type Front, startHttp2Gateway } from '../helpers/http2.ts'
import { frames, rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'
import { until } from '../helpers/until.ts'

const {
  NGHTTP2_NO_ERROR: noError, NGHTTP2_PROTOCOL_ERROR: protocolError, NGHTTP2_INTERNAL_ERROR: internalError,
  NGHTTP2_REFUSED_STREAM: refusedStream,
  NGHTTP2_CANCEL: cancel, NGHTTP2_ENHANCE_YOUR_CALM: enhanceYourCalm, NGHTTP2_INADEQUATE_SECURITY: inadequateSecurity
} = constants

/** Reads half of a response before the upstream truncates it. @returns how the client's stream ends */
async function brokenStream (t: Test, breakOff: (stream: number) => Buffer[] | 'close', front?: Front) {
  let end = (): void => {}
  const upstream = await rawHttp2Upstream(t, (stream, socket) => {
    end = () => {
      const last = breakOff(stream)
      if (last === 'close') socket.destroy()
      else socket.write(Buffer.concat(last))
    }
    return [frames.headers(stream), frames.data(stream, 'half')]
  })
  const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} }, front)
  const stream = session.request({ ':path': '/' })
  let hasEnded = false
  let hasFailed = false
  stream.on('error', () => { hasFailed = true }).on('end', () => { hasEnded = stream.rstCode === noError && !stream.aborted })
  await once(stream, 'data')
  end()
  await until(() => stream.closed)
  await until(() => stream.destroyed)
  return { code: stream.rstCode, hasEnded, hasFailed }
}

for (const front of ['h2', 'h2c'] as const) {
  for (const [code, passed] of [
    // With `compatibility`, no code can be chosen.
    [enhanceYourCalm, inCompatibility ? internalError : enhanceYourCalm], [cancel, internalError],
    [noError, internalError], [protocolError, internalError], [internalError, internalError],
    [refusedStream, internalError], [inadequateSecurity, internalError]
  ] as const) {
    t.test(`if the upstream resets a response with code ${code}, the gateway resets it with ${passed} over ${front}`, async (t) => {
      const broken = await brokenStream(t, (stream) => [frames.reset(stream, code)], front)

      t.strictSame(broken, { code: passed, hasEnded: false, hasFailed: true })
    })
  }

  t.test(`if the upstream closes the connection during a response, the gateway resets it with INTERNAL_ERROR over ${front}`, async (t) => {
    const broken = await brokenStream(t, () => 'close', front)

    t.strictSame(broken, { code: internalError, hasEnded: false, hasFailed: true })
  })
}
