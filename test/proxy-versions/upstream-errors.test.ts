import t from 'tap'
import {
  bodyStalled, bodyTooLarge, clientLeft, clientStalled, closing, exchangeFailure, isTimeout, isTransient, isUpstreamFault, notOffered,
  queueFull, timedOut, tooManyInterim, tooManyUpgrades, wasIdle
} from '../../lib/proxy-versions/upstream-errors.ts'
import { unknownCoding, waitedTooLong } from '../../lib/transport/transport-errors.ts'

/** Failures, with the code and status of their responses and their other effects. */
type Case = [failure: object, code: string, status: number, follows?: Array<'upstream\'s fault' | 'transient' | 'timeout'>]

const broken = ['upstream\'s fault', 'transient'] as const
const late = [...broken, 'timeout'] as const

const failures: Case[] = [
  [{ code: 'ECONNREFUSED' }, 'UPSTREAM_UNAVAILABLE', 502, [...broken]],
  [{ code: 'ENOTFOUND' }, 'UPSTREAM_UNAVAILABLE', 502, [...broken]],
  [{ code: 'UND_ERR_SOCKET' }, 'UPSTREAM_UNAVAILABLE', 502, [...broken]],
  [{}, 'UPSTREAM_UNAVAILABLE', 502, [...broken]],
  [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'UPSTREAM_TIMEOUT', 504, [...late]],
  [{ code: 'UND_ERR_HEADERS_TIMEOUT' }, 'UPSTREAM_TIMEOUT', 504, [...late]],
  [{ code: 'UND_ERR_BODY_TIMEOUT' }, 'UPSTREAM_TIMEOUT', 504, [...late]],
  [wasIdle(), 'UPSTREAM_TIMEOUT', 504, [...late]],
  [timedOut(), 'UPSTREAM_TIMEOUT', 504, ['upstream\'s fault', 'timeout']],
  [{ code: 'UND_ERR_HEADERS_OVERFLOW' }, 'UPSTREAM_PROTOCOL', 502, [...broken]],
  [{ name: 'HTTPParserError' }, 'UPSTREAM_PROTOCOL', 502, [...broken]],
  [{ code: 'ERR_INVALID_CHAR' }, 'UPSTREAM_PROTOCOL', 502, [...broken]],
  [tooManyInterim(), 'UPSTREAM_PROTOCOL', 502, [...broken]],
  [notOffered('h2c'), 'UPSTREAM_PROTOCOL', 502, [...broken]],
  [unknownCoding('gzip'), 'UPSTREAM_PROTOCOL', 502, [...broken]],
  [queueFull(), 'UPSTREAM_OVERLOADED', 503, ['transient']],
  [waitedTooLong(), 'UPSTREAM_OVERLOADED', 503, []],
  [tooManyUpgrades(), 'UPSTREAM_OVERLOADED', 503, []],
  [{ code: 'UND_ERR_INVALID_ARG' }, 'REQUEST_MALFORMED', 400, []],
  [{ code: 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH' }, 'REQUEST_MALFORMED', 400, []],
  [bodyTooLarge(10), 'REQUEST_TOO_LARGE', 413, []],
  [bodyStalled(), 'REQUEST_TIMEOUT', 408, []]
]

for (const [failure, code, statusCode, follows = []] of failures) {
  t.test(`${JSON.stringify(failure)} is mapped to ${code}`, async (t) => {
    const cause = Object.assign(new Error('connect 10.0.0.1:80'), failure)

    const refusal = exchangeFailure(cause, 'v2', 'http://10.0.0.1')

    t.match(refusal, { code, statusCode, cause, members: { version: 'v2' }, target: 'http://10.0.0.1' })
    t.notMatch(refusal.message, '10.0.0.1')
    t.equal(isUpstreamFault(cause), follows.includes('upstream\'s fault'))
    t.equal(isTransient(cause), follows.includes('transient'))
    t.equal(isTimeout(cause), follows.includes('timeout'))
  })
}

for (const failure of [clientLeft(), clientStalled(), closing()]) {
  t.test(`"${failure.message}" does not count against the target and is not retried`, async (t) => {
    t.notOk(isUpstreamFault(failure))
    t.notOk(isTransient(failure))
    t.notOk(isTimeout(failure))
  })
}

t.test('a request body that is too large or stalls closes the client\'s connection', async (t) => {
  for (const failure of [bodyTooLarge(10), bodyStalled()]) {
    t.match(exchangeFailure(failure, 'v2', undefined).headers, { connection: 'close' })
  }
})

t.test('refusals due to overload have a Retry-After', async (t) => {
  for (const failure of [queueFull(), waitedTooLong(), tooManyUpgrades()]) {
    t.match(exchangeFailure(failure, 'v2', undefined).headers, { 'retry-after': '1' })
  }
})

t.test('a failure before a target was chosen has no target', async (t) => {
  t.notOk('target' in exchangeFailure(tooManyUpgrades(), 'v2', undefined))
})
