import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { closingUpstream, type Transport } from '../helpers/closing-upstream.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeHttp2App } from '../helpers/http2.ts'

// An upstream that refuses an upload responds, and closes the connection with unread data in it. The system then resets the
// connection, and the gateway's next write fails. The gateway must still forward the response (RFC 9112 9.3).

const refusals: Record<string, string> = {
  'a length': 'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntoo large',
  chunks: 'HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ntoo large\r\n0\r\n\r\n'
}
const uploads: Record<string, (origin: string) => Promise<string>> = {
  async 'HTTP/1.1' (origin) {
    const upload = request(origin, { method: 'POST', agent: false }).on('error', () => {})
    pour(upload)
    const [response] = await once(upload, 'response') as [IncomingMessage]
    return `${response.statusCode} ${await text(response)}`
  },
  async 'HTTP/2' (origin) {
    const session = connectHttp2(origin)
    const stream = session.request({ ':method': 'POST', ':path': '/' }).on('error', () => {})
    pour(stream)
    try {
      const [headers] = await once(stream, 'response')
      return `${headers[':status']} ${await text(stream)}`
    } finally {
      session.destroy()
    }
  }
}

/** Writes endlessly, as fast as the receiver reads. */
function pour (upload: NodeJS.WritableStream): void {
  const chunk = Buffer.alloc(64 * 1024)
  const write = (): void => {
    while ((upload as unknown as { destroyed: boolean }).destroyed !== true && upload.write(chunk));
  }
  upload.on('drain', write)
  write()
}

for (const transport of ['tcp', 'tls', 'unix'] as Transport[]) {
  for (const [protocol, upload] of Object.entries(uploads)) {
    for (const [framing, bytes] of Object.entries(refusals)) {
      t.test(`twelve refusals with ${framing} over ${transport} reach an ${protocol} client, and the target stays healthy`, async (t) => {
        const { upstream } = await closingUpstream(t, transport, { bytes, end: 'refuse' })
        const { app } = protocol === 'HTTP/2' ? await makeHttp2App(t) : { app: undefined }
        const { origin, targets } = await gatewayTo(t, upstream, app)

        const responses: string[] = []
        for (let i = 0; i < 12; i++) responses.push(await upload(origin))

        t.strictSame(responses, Array(12).fill(`${/ (\d+) /.exec(bytes)![1]} too large`))
        t.match(targets(), [{ healthy: true, failures: 0 }])
      })
    }
  }
}

for (const transport of ['tcp', 'tls', 'unix'] as Transport[]) {
  for (const protocol of Object.keys(uploads)) {
    t.test(`twelve truncated refusals without a length over ${transport} to ${protocol} leave the target healthy`, async (t) => {
      const { upstream } = await closingUpstream(t, transport, { bytes: 'HTTP/1.1 413 Content Too Large\r\n\r\ntoo large', end: 'refuse' })
      const { app } = protocol === 'HTTP/2' ? await makeHttp2App(t) : { app: undefined }
      const { origin, targets } = await gatewayTo(t, upstream, app)

      for (let i = 0; i < 12; i++) await uploads[protocol]!(origin).catch(() => {})

      t.match(targets(), [{ healthy: true, failures: 0 }])
    })
  }
}

// The gateway may have sent all of such an upload: the rest stays unread in system buffers.
for (const transport of ['tcp', 'tls', 'unix'] as Transport[]) {
  for (const status of ['401 Unauthorized', '413 Content Too Large']) {
    for (const bytes of [2_000, 500_000]) {
      t.test(`twelve ${status} without a length over ${transport} for ${bytes} bytes leave the target healthy`, async (t) => {
        const { upstream } = await closingUpstream(t, transport, { bytes: `HTTP/1.1 ${status}\r\n\r\nrefused`, end: 'refuse' })
        const { origin, targets } = await gatewayTo(t, upstream)

        for (let i = 0; i < 12; i++) {
          await fetch(origin, { method: 'POST', body: Buffer.alloc(bytes) }).then(async (response) => await response.text()).catch(() => {})
        }

        t.match(targets(), [{ healthy: true, failures: 0 }])
      })
    }
  }
}

t.test('a response that breaks off after an upload is broken off at the client', async (t) => {
  const { upstream } = await closingUpstream(t, 'tcp', { bytes: 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 900\r\n\r\nhalf', end: 'refuse' })
  const { origin, targets } = await gatewayTo(t, upstream)

  const response = await fetch(origin, { method: 'POST', body: Buffer.alloc(200_000) })

  t.equal(response.status, 413)
  await t.rejects(response.text())
  t.match(targets(), [{ healthy: true, failures: 0 }])
})
