import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { curl, printed, runExample } from './helpers/run-example.ts'

t.test('the demo shows seven rows as expected', async (t) => {
  const demo = runExample(t, 'demo/demo.ts')

  const [output, errors, [code]] = await Promise.all([text(demo.stdout), text(demo.stderr), once(demo, 'exit')])

  t.equal(code, 0)
  t.equal(errors, '')
  t.equal(output.match(/✓/g)?.length, 7)
  t.match(output, '7 of 7 as expected')
})

t.test('the demo prints the same as JSON', async (t) => {
  const demo = runExample(t, 'demo/demo.ts', ['--json'])

  const rows = JSON.parse(await text(demo.stdout)) as Array<{ servedBy: string | null, status: number, ok: boolean }>

  t.strictSame(rows.map(({ servedBy }) => servedBy), ['latest', 'v2', 'latest', 'v2', 'latest', 'latest', null])
  t.strictSame(rows.map(({ status }) => status), [200, 200, 200, 200, 200, 200, 401])
  t.ok(rows.every(({ ok }) => ok))
})

t.test('every line that npm start prints works as its comment describes', async (t) => {
  const start = runExample(t, 'demo/start.ts')
  const lines = (await printed(start, /Ctrl-C/)).split('\n')
  let promise = ''

  for (const line of lines) {
    if (line.startsWith('# ')) promise = line
    if (line.startsWith('kill ')) {
      process.kill(Number(line.slice(5)))
      await printed(start, /The upstream of v2 has stopped/)
    }
    if (!line.startsWith('curl')) continue
    const { status, body } = await curl(line)
    const { servedBy, headers } = JSON.parse(body)
    t.match(promise, servedBy === undefined ? `# ${status}:` : `# served by ${servedBy}:`, line.slice(0, 60))
    if (promise.includes('the same')) t.equal(headers['x-target-version'], 'v2')
    if (status === 502) t.notMatch(body, '127.0.0.1')
  }
})
