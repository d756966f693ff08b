/**
 * Returns the form of a path in which paths are matched. It reads a path as the most lenient servers do, so a rule for
 * `/admin` also gets `/%61dmin`, `//admin`, `/admin;x` and `/admin%2Fusers`:
 *
 * - Visible ASCII characters are decoded, except `%`, `?` and `#`. The digits of other escapes are in upper case.
 * - `\` is a slash, and repeated slashes are one.
 * - Parameters of segments (`;x=1`) are removed.
 *
 * A request whose path as received matches another rule is refused. The path is thus never matched by a reading that the upstream
 * does not share.
 *
 * @returns `null` if an escape is malformed, or if a segment is `.` or `..`
 */
export function normalPath (path: string): string | null {
  if (!unusual.test(path)) return path
  if (malformedEscape.test(path)) return null
  const normal = path
    .replaceAll(/%[\da-f]{2}/gi, (escape) => decodeVisible(escape))
    .replaceAll('\\', '/')
    .replaceAll(/;[^/]*/g, '')
    .replaceAll(/\/{2,}/g, '/')
  return dotSegment.test(normal) ? null : normal
}

const unusual = /[%;\\]|\/\/|\/\.\.?(?:\/|$)/
const malformedEscape = /%(?![\da-f]{2})/i
const dotSegment = /\/\.\.?(?:\/|$)/

function decodeVisible (escape: string): string {
  const character = String.fromCharCode(parseInt(escape.slice(1), 16))
  return /[\x21-\x7e]/.test(character) && !/[%?#]/.test(character) ? character : escape.toUpperCase()
}
