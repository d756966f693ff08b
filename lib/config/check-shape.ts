import { Ajv, type SchemaObject } from 'ajv'
import { closestMatch } from 'leven'
import { type Problems, show } from './problems.ts'

const ajv = new Ajv({ allErrors: true, verbose: true, strictTypes: false })
// Annotations of our schemas: what belongs in a place, and what to write there.
ajv.addVocabulary(['expected', 'remedy'])

/** Holds a config against a JSON Schema and adds every mismatch to the problems. */
export function checkShape (problems: Problems, schema: SchemaObject, config: unknown): void {
  const validate = ajv.compile(schema)
  validate(config)
  for (const error of validate.errors ?? []) {
    const place = toPath(error.instancePath)
    if (error.keyword === 'additionalProperties') {
      const option: string = error.params.additionalProperty
      problems.add(member(place, option), `unknown option. ${suggest(option, Object.keys(error.parentSchema?.properties))}`)
    } else if (error.keyword === 'required') {
      const option: string = error.params.missingProperty
      problems.addMisshapen(member(place, option), `missing. Expected ${error.parentSchema?.properties[option].expected}.`)
    } else if (error.parentSchema?.expected !== undefined) {
      const { expected, remedy } = error.parentSchema
      problems.addMisshapen(place, `expected ${expected}, got ${show(error.data)}.${remedy === undefined ? '' : ` ${remedy}`}`)
    }
    // The rest are branches of an `anyOf` whose own mismatch says it all.
  }
}

/** Finds the option that was probably meant. */
export function suggest (name: string, known: readonly string[]): string {
  const meant = closestMatch(name, known, { maxDistance: 3 })
  return meant === undefined ? `Known: ${known.join(', ')}.` : `Did you mean '${meant}'?`
}

/** `/identity/providers/0/issuer` -> `identity.providers[0].issuer` (RFC 6901) */
function toPath (pointer: string): string {
  const names = pointer.split('/').slice(1).map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  return names.reduce((place, name) => /^\d+$/.test(name) ? `${place}[${name}]` : member(place, name), '')
}

function member (place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`
}
