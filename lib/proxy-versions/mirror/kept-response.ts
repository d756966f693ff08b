import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { fieldValue, rawFieldList, type RawHeaders } from '../../http/raw-headers.ts'

/** A response whose head and short body are kept. */
export class KeptResponse {
  readonly status: number
  /** The media type without parameters, in lower case. Empty without `Content-Type`. */
  readonly mediaType: string
  /** The content codings, in lower case. Empty without `Content-Encoding`. */
  readonly coding: string
  /** Bytes of the body, kept or not. */
  length = 0
  readonly #limit: number
  #chunks: Buffer[] = []

  /** @param limit number of bytes to keep. Of longer bodies, nothing is kept. */
  constructor (status: number, rawHeaders: RawHeaders, limit: number) {
    this.status = status
    this.mediaType = (fieldValue(rawHeaders, 'content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
    this.coding = (rawFieldList(rawHeaders, 'content-encoding') ?? '').trim().toLowerCase()
    this.#limit = limit
  }

  get isJson (): boolean {
    return /^application\/([\w.+-]+\+)?json$/.test(this.mediaType)
  }

  /** Adds a chunk, whose memory is used again later. */
  add (chunk: Buffer): void {
    this.length += chunk.length
    if (this.length <= this.#limit) this.#chunks.push(Buffer.from(chunk))
    else this.#chunks = []
  }

  /** Returns the decoded body; `null` if it is too long or cannot be decoded. */
  async body (): Promise<Buffer | null> {
    if (this.length > this.#limit) return null
    const body = Buffer.concat(this.#chunks)
    if (this.coding === '' || this.coding === 'identity' || body.length === 0) return body
    return await decoders.get(this.coding)?.(body, { maxOutputLength: maxDecoded }).catch(() => null) ?? null
  }
}

type Decode = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

/** Maximum length of a decoded body, in bytes. A short body may decode to gigabytes. */
const maxDecoded = 1024 * 1024

// A map, because an object would have members such as `constructor`.
const decoders = new Map<string, Decode>([
  ['gzip', promisify<Buffer, object, Buffer>(gunzip)],
  ['x-gzip', promisify<Buffer, object, Buffer>(gunzip)],
  ['deflate', promisify<Buffer, object, Buffer>(inflate)],
  ['br', promisify<Buffer, object, Buffer>(brotliDecompress)]
])
