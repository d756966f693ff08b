import { test } from 'tap'
import { takesReserved } from '../../lib/config/reserved-headers.ts'

const taking: Array<[pattern: string, header: string | undefined]> = [
  ['host', 'host'],
  ['Host', 'host'],
  ['authorization', 'authorization'],
  ['cookie', 'cookie'],
  ['content-length', 'content-length'],
  ['CONTENT_LENGTH', 'content-length'],
  ['content.type', 'content-type'],
  ['transfer-encoding', 'transfer-encoding'],
  ['proxy-authorization', 'proxy-authorization'],
  ['te', 'te'],
  ['t*', 'te'],
  ['h*', 'http2-settings'],
  ['auth*', 'authorization'],
  ['*', 'connection'],
  ['x-host', undefined],
  ['hos', undefined],
  ['host-name', undefined],
  ['x-*', undefined],
  ['api-version', undefined]
]

for (const [pattern, header] of taking) {
  test(`the first reserved header that '${pattern}' matches: ${header ?? 'no header'}`, async (t) => {
    const given = pattern

    const taken = takesReserved(given)

    t.equal(taken, header)
  })
}
