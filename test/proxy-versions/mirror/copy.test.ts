import { PassThrough } from 'node:stream'
import t from 'tap'
import { Copy } from '../../../lib/proxy-versions/mirror/copy.ts'
import type { Target } from '../../../lib/proxy-versions/upstream/target.ts'

/** A copy at a target that counts how often its connection is given back, and a request that records why it is aborted. */
function started () {
  const target = { left: 0, leaveSpare () { this.left++ } }
  const aborted: Error[] = []
  const request = { abort: (reason: Error) => { aborted.push(reason) }, resume: () => {} }
  return { copy: new Copy(target as unknown as Target, 100), target, aborted, request }
}

t.test('a copy that is canceled before it has a connection is aborted once it has one', async (t) => {
  const { copy, target, aborted, request } = started()

  copy.cancel()
  copy.onRequest(request)

  t.equal(await copy.response, null)
  t.equal(aborted.length, 1)
  t.equal(target.left, 1)
})

t.test('a copy that is canceled while it is sent is aborted', async (t) => {
  const { copy, target, aborted, request } = started()
  copy.onRequest(request)

  copy.cancel()
  copy.onError()

  t.equal(await copy.response, null)
  t.equal(aborted.length, 1)
  t.equal(target.left, 1)
})

t.test('a copy that is complete is not aborted any more', async (t) => {
  const { copy, target, aborted, request } = started()
  copy.onRequest(request)
  copy.onHeaders(200, [])
  copy.onComplete()

  copy.cancel()

  t.match(await copy.response, { status: 200 })
  t.strictSame(aborted, [])
  t.equal(target.left, 1)
})

t.test('interim responses are not kept', async (t) => {
  const { copy } = started()

  copy.onHeaders(103, [])
  copy.onHeaders(201, [])
  copy.onData(Buffer.from('abc'))
  copy.onComplete()

  t.match(await copy.response, { status: 201, length: 3 })
})

for (const status of [204, 304]) {
  t.test(`a ${status} is complete with its headers`, async (t) => {
    const { copy } = started()

    copy.onHeaders(status, ['content-length', '5'].map((text) => Buffer.from(text)))

    t.match(await copy.response, { status, length: 0 })
  })
}

t.test('a copy whose target switches protocols has failed, and the socket is closed', async (t) => {
  const { copy, target } = started()
  const socket = new PassThrough()

  copy.onUpgrade([], socket)

  t.equal(await copy.response, null)
  t.ok(socket.destroyed)
  t.equal(target.left, 1)
})
