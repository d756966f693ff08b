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
 * A server that removes parameters before it decodes would read `/a;%2Fx/b` as `/a/b`, and others as `/a/x/b`. Such a path has no normal
 * form, so all readings of the others lead to the same one.
 *
 * @returns `null` if an escape is malformed, if a segment is `.` or `..`, or if a parameter has an encoded slash
 */
export function normalPath (path: string): string | null {
  if (!unusual.test(path)) return path
  if (malformedEscape.test(path) || path.split('/').some(hasSlashInParameter)) return null
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

function hasSlashInParameter (segment: string): boolean {
  const start = segment.search(/;|%3b/i)
  return start !== -1 && /%2f|%5c|\\/i.test(segment.slice(start))
}

function decodeVisible (escape: string): string {
  const character = String.fromCharCode(parseInt(escape.slice(1), 16))
  return /[\x21-\x7e]/.test(character) && !/[%?#]/.test(character) ? character : escape.toUpperCase()
}
