import type { FastifyReply } from 'fastify'
import t from 'tap'
import { passEarlyHints } from '../../lib/proxy-versions/early-hints.ts'

t.test('hints that cannot be written are left out', async (t) => {
  const raw = { writeEarlyHints: () => { throw new Error('the client has left') } }
  const reply = { raw, request: { raw: { httpVersion: '1.1' } } } as unknown as FastifyReply

  t.doesNotThrow(() => passEarlyHints(reply, [Buffer.from('link'), Buffer.from('</a.css>; rel=preload')]))
})
