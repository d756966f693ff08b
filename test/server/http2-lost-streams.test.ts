import { createServer } from 'node:http2'
import t from 'tap'
import { renewSessions } from '../../lib/server/http2-lost-streams.ts'

t.test('a server whose sessions are renewed already is left as it is', async (t) => {
  const server = createServer()

  renewSessions(server, 100)
  const before = server.listenerCount('session')
  renewSessions(server, 100)

  t.equal(server.listenerCount('session'), before)
})
