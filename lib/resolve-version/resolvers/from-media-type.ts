import type { FromMediaTypeOptions, VersionResolver } from '../../../types/index.ts'
import { withDefaults } from '../../config/normalize.ts'
import { mediaTypeDefaults } from '../../config/normalize-resolvers.ts'
import { headerLines } from '../../http/fields.ts'
import { type MediaType, mediaTypes } from '../../http/media-types.ts'
import { builtIn } from '../../stage/built-in.ts'

/**
 * Reads the version from a media type: `application/vnd.acme.v2+json` or `application/vnd.acme+json;version=v2`. In
 * `Accept`, only those with the highest weight count (RFC 9110 12.4.2), and two different versions are ambiguous.
 *
 * @example
 * fromMediaType({ vendor: 'acme' }) // Accept: application/vnd.acme.v2+json
 */
export function fromMediaType (options: FromMediaTypeOptions = {}): VersionResolver {
  const { vendor, parameter, header } = withDefaults(options, mediaTypeDefaults)
  const isWeighed = header === 'accept'
  const read = namesOf(vendor === undefined ? undefined : `vnd.${String(vendor).toLowerCase()}`, String(parameter).toLowerCase())

  return builtIn({ reads: 'media-type', argument: options }, {
    name: `media-type:${String(header)}${vendor === undefined ? '' : `:vnd.${String(vendor)}`}`,
    readsHeaders: [header],
    unknownStatus: isWeighed ? 406 : 415,
    resolve ({ raw }) {
      const found = mediaTypes(headerLines(raw, header).join(','))
        .map((type) => ({ type, names: read(type) }))
        .filter(({ names }) => names.length > 0)
        .map(({ type, names }) => ({ names, weight: isWeighed ? weightOf(type) : 1 }))
        .filter(({ weight }) => weight > 0)
      const highest = found.reduce((most, { weight }) => Math.max(most, weight), 0)
      const names = found.filter(({ weight }) => weight === highest).flatMap(({ names }) => names)
      return names.length === 0 ? undefined : names.join(',')
    }
  })
}

/** Makes the function that reads the version of a media type, from the parameter or after the vendor's name. */
function namesOf (vendor: string | undefined, parameter: string): (type: MediaType) => string[] {
  return ({ type, values }) => {
    if (vendor === undefined) return values(parameter)
    const [name] = type.slice(type.indexOf('/') + 1).split('+') as [string]
    if (name !== vendor && !name.startsWith(`${vendor}.`)) return []
    const named = values(parameter)
    return named.length > 0 || name === vendor ? named : [name.slice(vendor.length + 1)]
  }
}

/** The weight from 0 to 1. An invalid one counts as 1, so that the type is not ignored. */
function weightOf ({ values }: MediaType): number {
  const [weight = '1'] = values('q')
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 1
}
