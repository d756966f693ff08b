import { type ClientRequest, request } from 'node:http'
import { connect } from 'node:http2'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { gatewayTo, target } from '../helpers/gateway-to.ts'
import { makeHttp2App } from '../helpers/http2.ts'
import { gatewayToHttp2 } from '../helpers/http2-upstream.ts'
import { sendRaw } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'

// A client that breaks its upload off must not affect the health of the target.

/** Starts a gateway to a target that never responds, and records how its uploads end. */
async function silentGateway (t: Test, protocol = 'HTTP/1.1') {
  const uploads = { begun: 0, broken: 0 }
  const { origin: targets } = await target(t, (upload) => {
    uploads.begun++
    upload.on('error', () => { uploads.broken++ }).resume()
  })
  const { app } = protocol === 'HTTP/2' ? await makeHttp2App(t) : { app: undefined }
  return { uploads, ...await gatewayTo(t, { targets }, app) }
}

const ends: Record<string, (upload: ClientRequest) => void> = {
  resets: (upload) => { (upload.socket as Socket).resetAndDestroy() },
  closes: (upload) => { upload.destroy() }
}

for (const [does, breakOff] of Object.entries(ends)) {
  t.test(`an HTTP/1.1 client that ${does} twelve uploads leaves the target healthy`, async (t) => {
    const { origin, targets, uploads } = await silentGateway(t)

    for (let count = 1; count <= 12; count++) {
      const upload = request(origin, { method: 'POST', agent: false }).on('error', () => {})
      upload.write(Buffer.alloc(100_000))
      await until(() => uploads.begun === count)
      breakOff(upload)
      await until(() => uploads.broken === count)
    }

    t.match(targets(), [{ healthy: true, failures: 0 }])
  })
}

t.test('an HTTP/2 client that resets twelve uploads leaves the target healthy', async (t) => {
  const { origin, targets, uploads } = await silentGateway(t, 'HTTP/2')
  const session = connect(origin)
  t.teardown(() => session.destroy())

  for (let count = 1; count <= 12; count++) {
    const upload = session.request({ ':method': 'POST', ':path': '/' }).on('error', () => {})
    upload.write(Buffer.alloc(100_000))
    await until(() => uploads.begun === count)
    upload.destroy()
    await until(() => uploads.broken === count)
  }

  t.match(targets(), [{ healthy: true, failures: 0 }])
})

const stalled = ['POST / HTTP/1.1', 'Host: api.test', 'Content-Length: 100']

t.test('twelve uploads that stall until an HTTP/1.1 upstream gives up leave the target healthy', async (t) => {
  const { origin: targets } = await target(t, (upload) => { upload.socket.destroy() })
  const { origin, targets: known } = await gatewayTo(t, { targets })

  const responses: string[] = []
  for (let i = 0; i < 12; i++) responses.push(await sendRaw(t, origin, stalled, 'half'))

  t.ok(responses.every((response) => response.startsWith('HTTP/1.1 502 ')))
  t.match(known(), [{ healthy: true, failures: 0 }])
})

for (const [does, code] of [['resets the stream', 8], ['ends the connection', null]] as const) {
  t.test(`twelve uploads that stall until an HTTP/2 upstream ${does} leave the target healthy`, async (t) => {
    const { origin, targets } = await gatewayToHttp2(t, (stream) => {
      if (code === null) stream.session!.destroy()
      else stream.close(code)
    })

    const responses: string[] = []
    for (let i = 0; i < 12; i++) responses.push(await sendRaw(t, origin, stalled, 'half'))

    t.ok(responses.every((response) => response.startsWith('HTTP/1.1 502 ')))
    t.match(targets(), [{ healthy: true, failures: 0 }])
  })
}

t.test('a stalled upload that exceeds timeouts.total leaves the target healthy', async (t) => {
  const { origin: targets } = await target(t, () => {})
  const { origin, targets: known } = await gatewayTo(t, { targets, timeouts: { total: 1_000 } })

  const response = await sendRaw(t, origin, stalled, 'half')

  t.match(response, /^HTTP\/1\.1 504 /)
  t.match(known(), [{ healthy: true, failures: 0 }])
})

t.test('a non-HTTP response to a stalled upload counts as a failure of the upstream', async (t) => {
  const { origin: targets } = await target(t, (upload) => { upload.socket.end('SSH-2.0\r\n') })
  const { origin, targets: known } = await gatewayTo(t, { targets })

  const response = await sendRaw(t, origin, stalled, 'half')

  t.match(response, /^HTTP\/1\.1 502 /)
  t.match(known(), [{ failures: 1 }])
})
