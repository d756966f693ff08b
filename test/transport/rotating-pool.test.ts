import t from 'tap'
import { RotatingPool } from '../../lib/transport/rotating-pool.ts'
import type { UpgradeHandler } from '../../lib/transport/upstream-handler.ts'

/** Makes a pool whose inner pools only record calls. */
function makePool () {
  const clock = { now: 0 }
  const notes: string[] = []
  const ends: Array<() => void> = []
  let made = 0
  const pool = new RotatingPool(() => {
    const name = ++made
    return {
      dispatch: ({ path }) => notes.push(`${name}: ${path}`),
      close: async () => {
        notes.push(`${name} closes`)
        await new Promise<void>((resolve) => ends.push(resolve))
        notes.push(`${name} closed`)
      },
      destroy: async () => { notes.push(`${name} destroyed`) }
    }
  }, 100, () => clock.now)
  const send = (path: string): void => pool.dispatch({ method: 'GET', path }, {} as UpgradeHandler)
  return { pool, clock, notes, ends, send }
}

t.test('a pool that is old enough is replaced, and closes when its requests in flight have completed', async (t) => {
  const { clock, notes, send } = makePool()

  for (const now of [0, 99, 100, 150, 200]) {
    clock.now = now
    send(`/${now}`)
  }

  t.strictSame(notes, ['1: /0', '1: /99', '1 closes', '2: /100', '2: /150', '2 closes', '3: /200'])
})

t.test('close() waits for all pools', async (t) => {
  const { pool, clock, notes, ends, send } = makePool()
  clock.now = 100
  send('/')

  const closed = pool.close().then(() => notes.push('all closed'))
  for (const end of ends) end()
  await closed

  t.strictSame(notes, ['1 closes', '2: /', '2 closes', '1 closed', '2 closed', 'all closed'])
})

t.test('a request after close() is served by a pool of its own, which closes afterwards', async (t) => {
  const { pool, notes, ends, send } = makePool()
  const first = pool.close()

  send('/late')
  for (const end of ends) end()
  await first

  t.strictSame(notes, ['1 closes', '2: /late', '2 closes', '1 closed', '2 closed'])
})

t.test('destroy() destroys all pools, including those that are closing', async (t) => {
  const { pool, clock, notes, send } = makePool()
  send('/a')
  clock.now = 100
  send('/b')

  await pool.destroy()

  t.strictSame(notes.slice(-2), ['2 destroyed', '1 destroyed'])
})
