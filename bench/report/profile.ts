import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { table } from './tables.ts'

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

/** The parts of Node's CPU profile format that this report needs. Times are microseconds. */
interface Profile {
  readonly nodes: ReadonlyArray<{ readonly id: number, readonly callFrame: CallFrame }>
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Lists the functions with the most self time. The first half of the profile is skipped: V8 is still compiling. */
export async function profileTable (folder: string, count = 25): Promise<string> {
  const [name] = await readdir(folder)
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(folder, name!), 'utf8')) as Profile
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map<string, number>()
  let total = 0
  for (let index = samples.length >> 1; index < samples.length; index++) {
    const { functionName, url, lineNumber } = frames.get(samples[index]!)!
    if (functionName === '(idle)') continue
    const place = url === '' ? '' : `${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`
    const label = `${functionName === '' ? '(anonymous)' : functionName}  ${place}`
    times.set(label, (times.get(label) ?? 0) + timeDeltas[index]!)
    total += timeDeltas[index]!
  }
  const hottest = [...times].toSorted(([, a], [, b]) => b - a).slice(0, count)
  return table([['self %', ''], ...hottest.map(([label, time]) => [(100 * time / total).toFixed(1), label])])
}
