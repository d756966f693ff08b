import type { RequestListener } from 'node:http'
import { fromCookie, fromHeader, fromSubprotocol } from '../../../lib/index.ts'
import type { CaseRequest } from './send.ts'
import { byDefault, byHeader, noStore, versionHeader, type WorkedCase } from './case.ts'
import { endOfV2, noon } from './start.ts'

const respond = (headers: Record<string, string>): RequestListener => (_request, response) => { response.writeHead(200, headers).end('{}') }
const hour = 3_600_000
const brownouts = [{ start: noon - hour, end: noon + hour + 1, exempt: ({ headers }: { headers: object }) => 'x-exempt' in headers }]
export const forSockets = { override: [fromHeader('api-version'), fromSubprotocol()], pin: [] }
export const webSocket = (path: string, ...more: string[]): CaseRequest => ({
  path, lines: ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ...more]
})
const preflight = [
  'Origin: https://app.test', 'Access-Control-Request-Method: GET', 'Access-Control-Request-Headers: api-version'
]

export const lifeCases: WorkedCase[] = [
  { title: '24: the query has the same version', path: '/orders?a=%31&api-version=v2&b', lines: versionHeader('v2'), ...byHeader('v2'), body: { servedBy: 'v2', path: '/orders?a=%31&b' } },
  {
    title: '25: the query has another version',
    path: '/orders?api-version=v3',
    lines: versionHeader('v2'),
    refused: [400, 'VERSION_AMBIGUOUS'],
    headers: noStore,
    body: { values: ['v2', 'v3'], sources: ['header:api-version', 'query:api-version'] }
  },
  {
    title: '26: a cookie against a header',
    setting: { resolve: { override: [fromCookie('ver'), fromHeader('api-version')] } },
    lines: [...versionHeader('v3'), 'Cookie: ver=v2'],
    ...byHeader('v3'),
    headers: { vary: 'api-version, cookie' }
  },
  {
    title: '27: a preflight, even in a brownout and with an unknown version',
    setting: { versions: { v2: { brownouts } } },
    method: 'OPTIONS',
    lines: [...preflight, ...versionHeader('v9')],
    ...byDefault,
    headers: { 'api-version': 'v3' }
  },
  {
    title: '28: a brownout',
    setting: { versions: { v2: { brownouts } } },
    lines: versionHeader('v2'),
    refused: [410, 'VERSION_BROWNOUT'],
    headers: { ...noStore, ...endOfV2, 'retry-after': '3601' },
    body: { until: '2026-06-01T13:00:00.001Z', sunset: '2026-12-31T23:59:59.000Z', successor: 'v3', docs: 'https://docs.acme.io/v2' },
    events: [
      ['deprecated-use', { version: 'v2', consumer: null, tier: 'override', source: 'header:api-version' }],
      ['brownout', { version: 'v2', consumer: null, tier: 'override', source: 'header:api-version', refused: true }]
    ]
  },
  { title: '29: a brownout, and an exempt caller', setting: { versions: { v2: { brownouts } } }, lines: [...versionHeader('v2'), 'x-exempt: 1'], ...byHeader('v2'), headers: endOfV2 },
  {
    title: '30: a default that is switched off, for another one',
    setting: { versions: { v3: { disabled: { to: 'v2' } } } },
    decision: { id: 'v2', tier: 'default', insteadOf: 'v3', requested: null },
    headers: { 'api-version': 'v2', 'api-version-requested': undefined },
    events: [['default-moved', { version: 'v3', to: 'v2' }]]
  },
  {
    title: '31: an override of a disabled version',
    setting: { versions: { v3: { disabled: { to: 'v2', retryAfter: 60 } } } },
    lines: versionHeader('v3'),
    refused: [503, 'VERSION_DISABLED'],
    headers: { ...noStore, 'retry-after': '60' },
    body: { version: 'v3', source: 'header:api-version' }
  },
  {
    title: '37: a claim decides what a shared cache may keep',
    claims: { ver: 'v3' },
    setting: { upstreams: { v3: respond({ vary: 'Accept', 'cache-control': 'public' }) } },
    decision: { id: 'v3', tier: 'pin' },
    headers: { vary: 'Accept, authorization, api-version', 'cache-control': 'public' },
    unexplained: ['vary', 'cache-control']
  },
  {
    title: '38: the cluster sends a later deprecation and sunset',
    lines: versionHeader('v2'),
    setting: { upstreams: { v2: respond({ deprecation: '@1767225601', sunset: 'Fri, 01 Jan 2027 00:00:00 GMT' }) } },
    ...byHeader('v2'),
    headers: endOfV2
  },
  {
    title: '38: the cluster sends an earlier deprecation and sunset',
    lines: versionHeader('v2'),
    setting: { upstreams: { v2: respond({ deprecation: '@1767225599', sunset: 'Thu, 31 Dec 2026 23:59:58 GMT' }) } },
    ...byHeader('v2'),
    headers: { ...endOfV2, deprecation: '@1767225599', sunset: 'Thu, 31 Dec 2026 23:59:58 GMT' },
    unexplained: ['deprecation', 'sunset']
  },
  {
    title: '39: a WebSocket that names an unknown version',
    setting: { resolve: forSockets },
    ...webSocket('/live', 'Sec-WebSocket-Protocol: api-version.v9, chat'),
    refused: [400, 'VERSION_UNKNOWN'],
    headers: { ...noStore, vary: 'api-version, sec-websocket-protocol' },
    body: { source: 'subprotocol', requested: 'v9' }
  },
  {
    title: '40: a WebSocket to a retired version',
    setting: { resolve: forSockets },
    ...webSocket('/live', 'Sec-WebSocket-Protocol: api-version.v1, chat'),
    refused: [410, 'VERSION_RETIRED'],
    headers: { ...noStore, vary: 'api-version, sec-websocket-protocol' },
    body: { source: 'subprotocol', successor: 'v3' }
  },
  {
    title: '42: an end that has passed, and is not enforced',
    lines: versionHeader('v2'),
    before: async ({ clock }) => { clock.now = Date.parse('2027-01-01') },
    decision: { id: 'v2', state: 'deprecated' },
    headers: endOfV2,
    events: [
      ['deprecated-use', { version: 'v2', consumer: null, tier: 'override', source: 'header:api-version' }],
      ['sunset-overdue', { version: 'v2', sunsetAt: new Date('2026-12-31T23:59:59Z') }]
    ]
  }
]
