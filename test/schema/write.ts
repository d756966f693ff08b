// npm run schema: writes schema.json, which editors check config files with.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { publishedSchema } from './published.ts'

await writeFile(fileURLToPath(new URL('../../schema.json', import.meta.url)), publishedSchema())
