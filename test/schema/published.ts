import { fileURLToPath } from 'node:url'
import { jsonSchema } from '../../lib/standalone/json-schema.ts'
import { describeBy } from './describe.ts'
import { project } from '../helpers/project.ts'

/** The text of schema.json. */
export function publishedSchema (): string {
  const types = fileURLToPath(new URL('types/config-file.ts', project))
  return `${JSON.stringify(describeBy(jsonSchema(), types, 'ConfigFileOptions'), null, 2)}\n`
}
