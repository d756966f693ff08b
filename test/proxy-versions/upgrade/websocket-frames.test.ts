import { randomBytes } from 'node:crypto'
import t from 'tap'
import { closeFrame, FrameFollower } from '../../../lib/proxy-versions/upgrade/websocket-frames.ts'

/** Makes a frame with a payload of this length, masked like that of a client if requested. */
function frame (length: number, { first = 0x82, isMasked = false, lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8 } = {}): Buffer {
  const mask = isMasked ? 0x80 : 0
  const header = Buffer.alloc(2 + lengthBytes)
  header.writeUInt8(first, 0)
  header.writeUInt8(mask | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127), 1)
  if (lengthBytes === 2) header.writeUInt16BE(length, 2)
  if (lengthBytes === 8) header.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([header, Buffer.alloc(isMasked ? 4 : 0), Buffer.alloc(length)])
}

const frames = {
  'without a payload': frame(0),
  'with a short payload': frame(125),
  'with a length of two bytes': frame(126),
  'with the longest length of two bytes': frame(65_535),
  'with a length of eight bytes': frame(65_536),
  'with a mask': frame(200, { isMasked: true }),
  'with a mask and no payload': frame(0, { isMasked: true }),
  'with more bytes for its length than it needs': frame(5, { lengthBytes: 8 }),
  'with no payload and eight bytes to say so': frame(0, { lengthBytes: 8 }),
  'with reserved bits and opcode': frame(10, { first: 0xff })
}

for (const [what, bytes] of Object.entries(frames)) {
  t.test(`a frame ${what} ends after its last byte, wherever it is split`, (t) => {
    const cuts = [1, 2, 3, 7, bytes.length - 1].filter((cut) => cut > 0 && cut < bytes.length)

    for (const cut of cuts) {
      const follower = new FrameFollower()
      const first = follower.follow(bytes.subarray(0, cut))
      const isBetween = follower.isBetween
      const second = follower.follow(Buffer.concat([bytes.subarray(cut), Buffer.from([0x81])]))

      t.strictSame([first, isBetween, second, follower.isBetween], [0, false, bytes.length - cut, false])
    }
    t.end()
  })

  t.test(`a frame ${what} ends after its last byte when its bytes arrive one by one`, (t) => {
    const follower = new FrameFollower()

    const states = [...bytes].map((_, index) => {
      follower.follow(bytes.subarray(index, index + 1))
      return follower.isBetween
    })

    t.equal(states.indexOf(true), bytes.length - 1)
    t.end()
  })
}

t.test('if a chunk contains several frames, the end of the open one is found', (t) => {
  const follower = new FrameFollower()
  follower.follow(frame(10).subarray(0, 5))

  const end = follower.follow(Buffer.concat([frame(10).subarray(5), frame(0), frame(300)]))

  t.equal(end, 7)
  t.ok(follower.isBetween)
  t.end()
})

t.test('an empty chunk has no effect', (t) => {
  const follower = new FrameFollower()

  t.equal(follower.follow(Buffer.alloc(0)), 0)
  follower.follow(frame(10).subarray(0, 5))
  t.equal(follower.follow(Buffer.alloc(0)), -1)
  t.end()
})

for (const [what, length] of [['the longest length there is', 'ffffffffffffffff'], ['a length that is not allowed', '8000000000000000']] as const) {
  t.test(`a frame with ${what} never ends`, (t) => {
    const follower = new FrameFollower()

    const first = follower.follow(Buffer.from(`827f${length}`, 'hex'))
    const ends = Array.from({ length: 100 }, () => follower.follow(Buffer.alloc(65_536)))

    t.strictSame([first, ...new Set(ends)], [0, -1])
    t.notOk(follower.isBetween)
    t.end()
  })
}

t.test('bytes that are not valid frames do not cause an error', (t) => {
  const follower = new FrameFollower()

  for (let i = 0; i < 200; i++) {
    const chunk = randomBytes(1 + i * 10)
    const end = follower.follow(chunk)
    if (end < -1 || end > chunk.length) t.fail(`${end} is not in the chunk`)
  }

  t.pass()
  t.end()
})

t.test('a close frame has its code and reason and is not masked', (t) => {
  t.strictSame(closeFrame(1001, 'going away'), Buffer.from([0x88, 12, 0x03, 0xe9, ...Buffer.from('going away')]))
  t.strictSame(closeFrame(1008, ''), Buffer.from([0x88, 2, 0x03, 0xf0]))
  t.end()
})
