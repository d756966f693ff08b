import { test } from 'tap'
import { fromSubprotocol } from '../../../lib/index.ts'
import { contextOf } from '../../../lib/stage/context.ts'
import { fakeRequest, consume } from '../../helpers/fake-request.ts'

const protocol = 'Sec-WebSocket-Protocol'
const cases: Array<[lines: string[], version: string | undefined, left: string[], taken?: string]> = [
  [[], undefined, []],
  [['chat, superchat'], undefined, ['chat, superchat']],
  [['api-version.v2'], 'v2', [], 'api-version.v2'],
  [['chat,api-version.v2 ,superchat'], 'v2', ['chat, superchat'], 'api-version.v2'],
  [['chat,  superchat', 'api-version.v2'], 'v2', ['chat,  superchat'], 'api-version.v2'],
  [['api-version.v2, a', 'b, api-version.v3'], 'v2,v3', ['a', 'b'], 'api-version.v2'],
  [['api-version.'], '', [], 'api-version.'],
  [['API-Version.v2'], undefined, ['API-Version.v2']],
  [['xapi-version.v2'], undefined, ['xapi-version.v2']]
]

for (const [lines, version, left, taken] of cases) {
  test(`fromSubprotocol reads ${JSON.stringify(version)} from ${JSON.stringify(lines)}, and leaves ${JSON.stringify(left)}`, async (t) => {
    const resolver = fromSubprotocol()
    const request = fakeRequest({ rawHeaders: ['Upgrade', 'WebSocket', ...lines.flatMap((line) => [protocol, line]), 'X-A', '1'] })

    const opinion = resolver.resolve(request)
    consume(resolver, request)

    t.equal(opinion, version)
    t.same(request.raw.rawHeaders, ['Upgrade', 'WebSocket', ...left.flatMap((line) => [protocol, line]), 'X-A', '1'])
    t.equal(request.raw.headers['sec-websocket-protocol'], left.length === 0 ? undefined : left.join(', '))
    t.equal(contextOf(request).removedParts?.subprotocol, taken)
  })
}

for (const upgrade of [[], ['Upgrade', 'acme']]) {
  test(`the header is ignored without a WebSocket upgrade (${upgrade.join(': ')})`, async (t) => {
    const resolver = fromSubprotocol('v.')
    const rawHeaders = [...upgrade, protocol, 'v.2']
    const request = fakeRequest({ rawHeaders })

    const opinion = resolver.resolve(request)
    consume(resolver, request)

    t.equal(opinion, undefined)
    t.same(request.raw.rawHeaders, rawHeaders)
  })
}

test('responses vary by the offered subprotocols', async (t) => {
  t.match(fromSubprotocol(), { name: 'subprotocol', readsHeaders: ['sec-websocket-protocol'] })
})
