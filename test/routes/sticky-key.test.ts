import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { keyReader, readsOf } from '../../lib/routes/sticky-key.ts'
import type { StickyKey } from '../../types/index.ts'

function requestWith (headers: Record<string, string>, claims: object | null = null): FastifyRequest {
  const rawHeaders = Object.entries(headers).flat()
  return { ip: '192.0.2.7', raw: { headers, rawHeaders }, identity: claims && { claims } } as unknown as FastifyRequest
}

t.test('a key is read from a claim, a header, a cookie or the address', async (t) => {
  const request = requestWith({ 'x-session': 's1', cookie: 'other=1; session=c1' }, { tenant: { id: 'acme', number: 7 } })
  const read = (key: StickyKey) => keyReader(key)(request)

  t.equal(read('claim:tenant.id'), 'acme')
  t.equal(read('claim:tenant.number'), '7')
  t.equal(read('header:X-Session'), 's1')
  t.equal(read('cookie:session'), 'c1')
  t.equal(read('ip'), '192.0.2.7')
})

t.test('a caller without a value, or with one that is no text, has no key', async (t) => {
  const request = requestWith({ 'x-session': '', cookie: 'session=' }, { tenant: '', list: ['a'], flag: true, nothing: null })
  const keys: StickyKey[] = ['claim:tenant', 'claim:list', 'claim:flag', 'claim:nothing', 'claim:absent', 'header:x-session', 'header:x-absent', 'cookie:session', 'cookie:absent']

  for (const key of keys) t.equal(keyReader(key)(request), undefined, key)
  t.equal(keyReader('claim:tenant')(requestWith({})), undefined)
})

t.test('a key says on which parts of a request it depends', async (t) => {
  const nothing = { headers: [], claims: false, address: false, callsApp: false }

  t.strictSame(readsOf('claim:tenant'), { ...nothing, claims: true })
  t.strictSame(readsOf('header:X-Session'), { ...nothing, headers: ['x-session'] })
  t.strictSame(readsOf('cookie:session'), { ...nothing, headers: ['cookie'] })
  t.strictSame(readsOf('ip'), { ...nothing, address: true })
})
