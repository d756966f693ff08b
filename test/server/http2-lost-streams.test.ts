import { createServer } from 'node:http2'
import t from 'tap'
import { renewSessions } from '../../lib/server/http2-lost-streams.ts'

t.test('session renewal is set up only once per server', async (t) => {
  const server = createServer()

  renewSessions(server, 100)
  const before = server.listenerCount('session')
  renewSessions(server, 100)

  t.equal(server.listenerCount('session'), before)
})
