import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import { writeHead } from '../../lib/server/write-head.ts'

t.test('an error other than an invalid header over HTTP/2 is thrown to the caller', async (t) => {
  const refuse = (): never => { throw Object.assign(new Error('no'), { code: 'ERR_HTTP2_STATUS_INVALID' }) }
  const response = { stream: {}, setHeader () {}, removeHeader () {}, writeHead: refuse } as unknown as ServerResponse

  t.throws(() => writeHead(response, 200, '', ['a', '1']), { code: 'ERR_HTTP2_STATUS_INVALID' })
})

t.test('invalid HTTP/1.1 headers leave no reason phrase behind', async (t) => {
  const response = new ServerResponse(new IncomingMessage(new Socket()))

  t.throws(() => writeHead(response, 200, 'Fine', ['a', '\x01']), { code: 'ERR_INVALID_CHAR' })
  t.equal(response.statusMessage, '')
  t.notOk(response.headersSent)
})
