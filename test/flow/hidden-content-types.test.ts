import t from 'tap'
import { changing, startChanging } from '../helpers/changing-app.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import type { Seen } from '../helpers/upstream.ts'

// Fastify would refuse some content types, so the gateway hides them from it.

for (const [title, lines] of [
  ['a malformed content type', ['POST / HTTP/1.1', 'Content-Type: ;']],
  ['QUERY with a malformed content type', ['QUERY / HTTP/1.1', 'Content-Type: ;']]
] as const) {
  t.test(`${title} is forwarded as the client wrote it`, async (t) => {
    const { origin } = await startChanging(t, changing({ 'x-added': 'app' }))
    const [start, ...rest] = lines

    const { headers } = bodyOf<Seen>(await sendRaw(t, origin, [start!, 'Host: api.test', 'Content-Length: 0', ...rest]))

    t.match(headers, { 'content-type': ';', 'x-added': 'app' })
  })
}

t.test('a content type that a hook sets replaces one that Fastify would refuse', async (t) => {
  const { origin } = await startChanging(t, changing({ 'content-type': 'text/plain' }))

  for (const lines of [['POST / HTTP/1.1', 'Content-Type: ;'], ['QUERY / HTTP/1.1', 'Content-Type: ;'], ['QUERY / HTTP/1.1']]) {
    const [start, ...rest] = lines
    const { headers } = bodyOf<Seen>(await sendRaw(t, origin, [start!, 'Host: api.test', 'Content-Length: 0', ...rest]))
    t.equal(headers['content-type'], 'text/plain', lines.join())
  }
})

t.test('a QUERY without a content type is forwarded without one', async (t) => {
  const { origin } = await startChanging(t, () => {})

  const { headers } = bodyOf<Seen>(await sendRaw(t, origin, ['QUERY / HTTP/1.1', 'Host: api.test', 'Content-Length: 0']))

  t.notOk('content-type' in headers)
})
