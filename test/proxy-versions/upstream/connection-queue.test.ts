import t from 'tap'
import { ConnectionQueue, type Waiter } from '../../../lib/proxy-versions/upstream/connection-queue.ts'

/** Makes waiters that record what happens to them. */
function notebook () {
  const notes: string[] = []
  const waiter = (name: string): Waiter => ({
    onConnection: () => { notes.push(`${name} connected`) },
    onError: (error) => { notes.push(`${name} ${(error as NodeJS.ErrnoException).code}`) }
  })
  return { notes, waiter }
}

t.test('connections are assigned up to the limit, and then in order of arrival', async (t) => {
  const queue = new ConnectionQueue(2, 10, 0)
  const { notes, waiter } = notebook()

  for (const name of ['a', 'b', 'c', 'd']) queue.enter(waiter(name))
  const before = [...notes]
  const { taken, length, isFull } = queue
  queue.leave()
  queue.leave()

  t.strictSame(before, ['a connected', 'b connected'])
  t.strictSame([taken, length, isFull], [2, 2, true])
  t.strictSame(notes, ['a connected', 'b connected', 'c connected', 'd connected'])
  t.equal(queue.length, 0)
})

t.test('a connection is free if no request waits for it', async (t) => {
  const queue = new ConnectionQueue(1, 10, 0)
  const { notes, waiter } = notebook()

  queue.enter(waiter('a'))
  queue.leave()
  const { taken, isFull } = queue
  queue.enter(waiter('b'))

  t.strictSame([taken, isFull], [0, false])
  t.strictSame(notes, ['a connected', 'b connected'])
})

t.test('a waiter that gives up is skipped', async (t) => {
  const queue = new ConnectionQueue(1, 10, 0)
  const { notes, waiter } = notebook()
  const impatient = waiter('b')

  for (const each of [waiter('a'), impatient, waiter('c')]) queue.enter(each)
  queue.giveUp(impatient)
  queue.leave()

  t.strictSame(notes, ['a connected', 'c connected'])
})

t.test('giving up after having been served has no effect', async (t) => {
  const queue = new ConnectionQueue(1, 10, 0)
  const { notes, waiter } = notebook()
  const served = waiter('a')

  queue.enter(served)
  queue.giveUp(served)

  t.strictSame(notes, ['a connected'])
  t.equal(queue.taken, 1)
})

t.test('waiters beyond maxQueued are rejected', async (t) => {
  const { notes, waiter } = notebook()

  for (const maxQueued of [0, 1]) {
    const queue = new ConnectionQueue(1, maxQueued, 0)
    for (const name of ['a', 'b', 'c']) queue.enter(waiter(`${maxQueued}: ${name}`))
    queue.leave()
  }

  t.strictSame(notes, [
    '0: a connected', '0: b QUEUE_FULL', '0: c QUEUE_FULL',
    '1: a connected', '1: c QUEUE_FULL', '1: b connected'
  ])
})

t.test('a waiter that times out gets an error and is skipped', async (t) => {
  const queue = new ConnectionQueue(1, 10, 1)
  const { notes, waiter } = notebook()

  queue.enter(waiter('a'))
  const error = await new Promise((resolve) => queue.enter({ ...waiter('b'), onError: resolve }))
  queue.leave()

  t.match(error, { code: 'QUEUE_TIMEOUT' })
  t.strictSame(notes, ['a connected'])
  t.strictSame([queue.taken, queue.length], [0, 0])
})

t.test('a raised limit serves waiters immediately', async (t) => {
  const queue = new ConnectionQueue(1, 10, 0)
  const { notes, waiter } = notebook()
  for (const name of ['a', 'b', 'c', 'd']) queue.enter(waiter(name))

  queue.resize(3)

  t.strictSame(notes, ['a connected', 'b connected', 'c connected'])
})

t.test('a lowered limit serves no waiter until enough connections have been released', async (t) => {
  const queue = new ConnectionQueue(2, 10, 0)
  const { notes, waiter } = notebook()
  for (const name of ['a', 'b', 'c']) queue.enter(waiter(name))

  queue.resize(1)
  queue.leave()
  const after = notes.length
  queue.leave()

  t.equal(after, 2)
  t.strictSame(notes, ['a connected', 'b connected', 'c connected'])
})

t.test('many waiters that fail at once do not overflow the stack', async (t) => {
  const queue = new ConnectionQueue(1, 100_000, 0)
  let failed = 0
  const failing: Waiter = { onConnection: () => { failed++; queue.leave() }, onError: () => {} }
  queue.enter({ onConnection: () => {}, onError: () => {} })
  for (let i = 0; i < 100_000; i++) queue.enter({ ...failing })

  queue.leave()

  t.equal(failed, 100_000)
  t.strictSame([queue.taken, queue.length], [0, 0])
})
