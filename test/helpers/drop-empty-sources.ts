// tsx leaves the sources out of its source maps, and Node notes them as empty or none. c8 takes that for what they are: files
// of one line, all of it covered. Without the note it reads the files themselves.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Coverage {
  'source-map-cache'?: Record<string, { data?: { sourcesContent?: Array<string | null> } | null }>
}

const folder = process.argv[2]!
for (const name of await readdir(folder)) {
  const path = join(folder, name)
  const coverage = JSON.parse(await readFile(path, 'utf8')) as Coverage
  for (const { data } of Object.values(coverage['source-map-cache'] ?? {})) {
    if (data?.sourcesContent?.every((source) => source === null || source === '') === true) delete data.sourcesContent
  }
  await writeFile(path, JSON.stringify(coverage))
}
