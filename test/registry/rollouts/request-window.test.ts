import t from 'tap'
import { RequestWindow } from '../../../lib/registry/rollouts/request-window.ts'

t.test('requests count until their part of the window has passed', async (t) => {
  const window = new RequestWindow(1000)
  window.add(true, 10_000)
  window.add(false, 10_500)

  t.strictSame(window.totalAt(10_949), { requests: 2, failed: 1 })
  t.strictSame(window.totalAt(11_000), { requests: 1, failed: 0 })
  t.strictSame(window.totalAt(11_500), { requests: 0, failed: 0 })
  t.strictSame(window.totalAt(10 ** 12), { requests: 0, failed: 0 })
})

t.test('it never counts requests that are older than the window', async (t) => {
  const window = new RequestWindow(1000)
  const added: number[] = []
  for (let now = 0, step = 1; now < 20_000; now += step = step * 7 % 331) {
    window.add(false, now)
    added.push(now)
    const { requests } = window.totalAt(now)
    t.ok(requests <= added.filter((time) => time > now - 1000).length && requests >= added.filter((time) => time > now - 950).length, `${now}: ${requests}`)
  }
})

t.test('a clock that goes backward loses no requests', async (t) => {
  const window = new RequestWindow(1000)
  window.add(true, 10_000)
  window.add(true, 5_000)

  t.strictSame(window.totalAt(10_000), { requests: 2, failed: 2 })
})
