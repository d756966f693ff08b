import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'

// Comments are plain English. These words mark a sentence that reads like a translation: "answer" for a response, "piece" for a
// chunk, "told" for logged, "moment" for a timestamp, and pronouns that stand for a client or an operator.
const markers = new RegExp(`\\b(${[
  'answer(s|ed|ing)?', 'pieces?', 'tells?', 'told', 'telling', 'said', 'saying', 'anew', 'under way', 'moments?', 'lately', 'nobody', 'somebody',
  'whoever', 'once more', 'meanwhile', 'so many', 'thereof', 'wherein', 'heard', 'whatever', 'who (is|was|has|asks|calls)', 'what (they|comes|goes|has|was)'
].join('|')})\\b`, 'gi')

/** The most markers per 1000 words. Well-known projects have 0 to 2. */
const limit = 4

for (const folder of ['lib', 'types', 'test']) {
  t.test(`comments in ${folder} are plain English`, async (t) => {
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))
    const comments = (await Promise.all(files.map(async (name) => commentsIn(await readFile(join(folder, name), 'utf8'))))).flat()
    const words = comments.flatMap((comment) => comment.match(/[A-Za-z']+/g) ?? [])
    const found = comments.flatMap((comment) => comment.match(markers) ?? [])

    t.ok(words.length > 1000, `${words.length} words`)
    t.ok(found.length / words.length * 1000 <= limit, `${found.length} in ${words.length} words: ${found.join(', ')}`)
  })
}

/** Returns the comments of a source, without the code that they quote. */
function commentsIn (source: string): string[] {
  return (source.match(/\/\*[^]*?\*\/|(?<=^|\s)\/\/[^\n]*/g) ?? []).map((comment) => comment.replaceAll(/`[^`]*`/g, ' '))
}
