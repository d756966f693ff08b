import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { openSocket, sendRaw } from '../helpers/raw.ts'
import { readResponse } from '../helpers/upgrades.ts'
import { startUpstream } from '../helpers/upstream.ts'

for (const status of [426, 400]) {
  t.test(`Upgrade ${status === 426 ? 'stays on' : 'is removed from'} a ${status}, and the connection stays open`, async (t) => {
    const targets = await startUpstream(t, 'v1', (_request, response) => {
      response.writeHead(status, { upgrade: 'websocket', connection: 'upgrade', 'content-length': 2 }).end('no')
    })
    const { origin } = await gatewayTo(t, { targets })
    const socket = await openSocket(t, origin)

    const responses: string[] = []
    for (let i = 0; i < 2; i++) {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      responses.push((await readResponse(socket)).head)
    }
    const last = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a'])

    const upgrades = [...responses, last].map((head) => /^upgrade: websocket\r$/im.test(head))
    t.strictSame(upgrades, Array(3).fill(status === 426))
    t.match(last, status === 426 ? /^connection: close, upgrade\r$/im : /^connection: close\r$/im)
  })
}
