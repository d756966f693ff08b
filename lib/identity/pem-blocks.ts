/** A block of PEM (RFC 7468 2). */
export interface Block {
  label: string
  text: string
}

// OpenSSL only recognizes markers that have a line to themselves, and silently skips everything else.
const blocks = /(?<![^\n])-----BEGIN ([^\n]+?)-----[^\S\n]*\n[^]*?\n-----END \1-----[^\S\n]*(?![^\n])/g
const marker = /-----(?:BEGIN|END) (?:(?!-----).)+-----/
const markerLine = /^-----(?:BEGIN|END) (?:(?!-----).)+-----\s*$/
const firstLine = /^-----BEGIN (?:(?!-----).)+-----\s*$/

/** The complete blocks of a text. */
export function blocksOf (text: string): Block[] {
  return Array.from(withoutMark(text).matchAll(blocks), ([block, label]) => ({ label: label!, text: block }))
}

/** Whether a marker shares its line with other text. A line that begins with `#` is a comment. */
export function hasMisplacedMarker (text: string): boolean {
  return linesOf(text).some((line) => marker.test(line) && !markerLine.test(line) && !line.startsWith('#'))
}

/** Whether a block begins that does not end. */
export function hasUnfinishedBlock (text: string): boolean {
  return linesOf(text).filter((line) => firstLine.test(line)).length !== blocksOf(text).length
}

function linesOf (text: string): string[] {
  return withoutMark(text).split('\n')
}

/** Removes the byte order mark, decoded as UTF-8 or Latin-1, which OpenSSL skips. */
function withoutMark (text: string): string {
  return text.replace(/^(\uFEFF|\u00EF\u00BB\u00BF)/, '')
}
