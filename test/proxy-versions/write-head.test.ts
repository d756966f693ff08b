import type { ServerResponse } from 'node:http'
import t from 'tap'
import { writeHead } from '../../lib/proxy-versions/write-head.ts'

t.test('what HTTP/2 cannot send at all is the caller\'s to answer', async (t) => {
  const refuse = (): never => { throw Object.assign(new Error('no'), { code: 'ERR_HTTP2_STATUS_INVALID' }) }
  const response = { stream: {}, setHeader () {}, removeHeader () {}, writeHead: refuse } as unknown as ServerResponse

  t.throws(() => writeHead(response, 200, '', ['a', '1']), { code: 'ERR_HTTP2_STATUS_INVALID' })
})
