import type { FastifyReply } from 'fastify'
import t from 'tap'
import { normalizeEdits, normalizeUpstream } from '../../../lib/config/normalize-upstream.ts'
import { responseHeaders } from '../../../lib/proxy-versions/response/response-headers.ts'
import { RegisteredVersion } from '../../../lib/registry/registered-version.ts'

type OwnHeaders = Record<string, number | string | string[] | undefined>

const edits = { set: { 'X-Set': 'new' }, add: { 'x-added': 'more' }, remove: ['server'] }
const upstream = { targets: 'http://a', headers: { response: edits } }
const version = new RegisteredVersion('v2', { upstream }, normalizeUpstream(upstream))
const rules = {
  versionHeader: 'api-version', edits: normalizeEdits(edits), rewriteLocation: (location: string) => `moved ${location}`, rewriteCookie: (cookie: string) => cookie, pinnedBy: []
}
const toClient = responseHeaders(version, rules)

function make (upstream: string[], own: OwnHeaders): string[] {
  const reply = { getHeaders: () => own, request: { version: null } } as unknown as FastifyReply
  return toClient(upstream.map((part) => Buffer.from(part, 'latin1')), reply)
}

const cases: Array<[sentence: string, upstream: string[], own: OwnHeaders, headers: string[]]> = [
  ['fields keep their order, case and lines', ['X-B', '1', 'x-a', '2', 'X-B', '3'], {}, ['X-B', '1', 'x-a', '2', 'X-B', '3']],
  ['values keep their bytes', ['x', 'caf\u00e9'], {}, ['x', 'caf\u00e9']],
  ['hop-by-hop fields go', ['Connection', 'close', 'Keep-Alive', 'x', 'Transfer-Encoding', 'chunked', 'Trailer', 'x', 'x', '1'], {}, ['x', '1']],
  ['fields that Connection names go', ['X-Inside', '1', 'connection', 'x-inside, X-Other', 'x-other', '2', 'x', '3'], {}, ['x', '3']],
  ['Location and Content-Location are rewritten', ['Location', '/a', 'content-location', '/b'], {}, ['Location', 'moved /a', 'content-location', 'moved /b']],
  ['fields that the config removes or sets go', ['Server', 'x', 'x-set', 'old', 'X_Set', 'old', 'x-added', '1'], {}, ['x-added', '1']],
  ['the version is ours', ['Api-Version', 'v9', 'api_version', 'v9'], {}, []],
  ['our own header counts before the upstream\'s', ['X-Frame-Options', 'none'], { 'x-frame-options': 'deny' }, ['x-frame-options', 'deny']],
  ['cookies of both are kept', ['Set-Cookie', 'a=1'], { 'set-cookie': ['b=2', 'c=3'] }, ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'set-cookie', 'c=3']],
  ['a number becomes text, nothing stays nothing', [], { a: 1, b: undefined }, ['a', '1']],
  ['Vary is united', ['Vary', 'Accept', 'vary', 'X-V'], { vary: 'x-v, Origin' }, ['vary', 'Accept, X-V, Origin']],
  ['Vary of the upstream alone is kept', ['Vary', 'Accept'], {}, ['vary', 'Accept']],
  ['the version is ours, also where the app sets it', [], { 'api-version': 'v9', 'api-version-requested': 'v8', 'x-set': 'own' }, []],
  ['Vary: * stays alone', ['Vary', '*'], { vary: 'x-v' }, ['vary', '*']]
]

for (const [sentence, upstream, own, headers] of cases) {
  t.test(sentence, async (t) => {
    t.strictSame(make(upstream, own), [...headers, 'api-version', 'v2', 'X-Set', 'new', 'x-added', 'more'])
  })
}

const ending = { upstream, deprecatedAt: '2026-01-01', sunsetAt: '2026-12-31T00:00:00Z' }
const own = (headers: OwnHeaders): FastifyReply =>
  ({ getHeaders: () => headers, request: { version: null, headers: {} } }) as unknown as FastifyReply
const endOf = (headers: string[]): string[] => headers.flatMap((name, index) => index % 2 === 0 && name === 'sunset' ? [headers[index + 1]!] : [])

t.test('a response has a single Sunset header, the earliest one, even if the app sets one', async (t) => {
  const toClient = responseHeaders(new RegisteredVersion('v2', ending, normalizeUpstream(upstream)), rules)

  t.strictSame(endOf(toClient([], own({ sunset: 'Tue, 01 Dec 2026 00:00:00 GMT' }))), ['Tue, 01 Dec 2026 00:00:00 GMT'])
  t.strictSame(endOf(toClient([], own({ sunset: 'Fri, 01 Jan 2027 00:00:00 GMT' }))), ['Thu, 31 Dec 2026 00:00:00 GMT'])
})

t.test('configured headers take precedence over those of the life cycle', async (t) => {
  const settled = { ...upstream, headers: { response: { set: { sunset: 'never' } } } }
  const { headers: { response: edits } } = normalizeUpstream(settled)
  const toClient = responseHeaders(new RegisteredVersion('v2', { ...ending, upstream: settled }, normalizeUpstream(settled)), { ...rules, edits })

  const headers = toClient([], own({}))

  t.strictSame(endOf(headers), ['never'])
})
