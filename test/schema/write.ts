// npm run schema: writes schema.json, which editors check config files with.
import { writeFile } from 'node:fs/promises'
import { publishedSchema } from './published.ts'
import { project } from '../helpers/project.ts'

await writeFile(new URL('schema.json', project), publishedSchema())
