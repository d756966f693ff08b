/** Bytes of interim responses that are filtered before a final one. The parser gets later bytes unchanged. */
const maxPreludeBytes = 16 * 1024

/**
 * An interim response. A 101 is excluded, because another protocol follows it. Parsers skip empty lines before a response
 * (as RFC 9112 2.2 says for requests), so the filter must not take one for the start of something else.
 */
const interim = /[\r\n]*HTTP\/1\.[01] (1(?!01)\d\d)(?=[ \r\n])[^]*?\r?\n\r?\n/y
const startOfInterim = /^HTTP\/1\.[01] 1(?!01)\d\d[ \r\n]/

/**
 * Drops `100 Continue` from an upstream's bytes. A client must accept an unsolicited one (RFC 9110 15.2), but
 * undici closes the connection. The gateway handles `Expect: 100-continue` itself, so its client needs no other 100.
 *
 * Only the heads before a final response are filtered. A body may contain the same bytes.
 */
export class ContinueFilter {
  #isAtHead = true
  /** The start of an incomplete interim response. */
  #held: Buffer | null = null
  #seen = 0

  /** A response is complete, so the next bytes begin another one. */
  begin (): void {
    this.#isAtHead = true
    this.#held = null
    this.#seen = 0
  }

  /** @returns the bytes for the parser, which may be empty */
  filter (chunk: Buffer): Buffer {
    if (!this.#isAtHead) return chunk
    if (this.#held === null && isFinal(chunk)) {
      this.#isAtHead = false
      return chunk
    }
    const data = this.#held === null ? chunk : Buffer.concat([this.#held, chunk])
    const text = data.toString('latin1', 0, maxPreludeBytes)
    const kept: Buffer[] = []
    let at = 0
    for (let match = interimAt(text, at); match !== null; match = interimAt(text, at)) {
      const end = at + match[0].length
      if (match[1] !== '100') kept.push(data.subarray(at, end))
      at = end
    }
    this.#seen += at
    if (this.#seen < maxPreludeBytes && data.length < maxPreludeBytes && canBeInterim(text.slice(at))) {
      // A copy: the memory of the chunk is not ours to keep.
      this.#held = at === data.length ? null : Buffer.from(data.subarray(at))
    } else {
      this.#isAtHead = false
      this.#held = null
      kept.push(data.subarray(at))
    }
    return kept.length === 1 ? kept[0]! : Buffer.concat(kept)
  }
}

/** Whether a chunk starts with the status of a final response. Nearly all do. */
function isFinal (chunk: Buffer): boolean {
  return chunk.length > 9 && chunk[0] === 0x48 && chunk[8] === 0x20 && chunk[9]! > 0x31
}

function interimAt (text: string, at: number): RegExpExecArray | null {
  interim.lastIndex = at
  return interim.exec(text)
}

/** Whether a text may be the start of an interim response. */
function canBeInterim (text: string): boolean {
  const line = text.replace(/^[\r\n]+/, '')
  return startOfInterim.test(line + 'HTTP/1.1 100 '.slice(line.length))
}
