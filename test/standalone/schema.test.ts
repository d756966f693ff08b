import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import t from 'tap'
import { parse } from 'yaml'
import { starter } from '../../lib/standalone/commands/init.ts'
import { publishedSchema } from '../schema/published.ts'
import { project } from '../helpers/project.ts'

const file = new URL('schema.json', project)

t.test('schema.json is up to date (npm run schema)', async (t) => {
  t.equal(await readFile(file, 'utf8'), publishedSchema())
})

t.test('schema.json is accepted by other tools and describes every option', async (t) => {
  const schema = JSON.parse(await readFile(file, 'utf8')) as object
  const validate = new Ajv({ strictTypes: false, allowUnionTypes: true }).compile(schema)

  t.ok(validate(parse(starter)), 'the config of init')
  t.ok(validate({ versions: { v1: { upstream: '${URL}' } }, server: { port: '${PORT:-8080}' } }))
  t.notOk(validate({ versions: { v1: {} } }))
  t.notOk(validate({ versions: {}, server: { port: 'eighty' } }))
  t.notOk(validate({ versions: {}, resolve: { override: [{ headr: 'x' }] } }))
  t.strictSame(withoutDescription(schema as Schema), [])
})

interface Schema {
  description?: string
  properties?: Record<string, Schema>
}

/** Returns the options that have no description. */
function withoutDescription ({ properties = {} }: Schema, path = ''): string[] {
  return Object.entries(properties).flatMap(([name, schema]) =>
    [...schema.description === undefined ? [path + name] : [], ...withoutDescription(schema, `${path}${name}.`)])
}
