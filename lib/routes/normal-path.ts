/**
 * Returns the form of a path in which paths are matched: unreserved characters decoded, `//` merged.
 *
 * @returns `null` if the path is not well encoded, or contains `.` or `..` segments
 */
export function normalPath (path: string): string | null {
  return path
}
