import fc from 'fast-check'
import { test } from 'tap'
import { normalPath } from '../../lib/routes/normal-path.ts'

const cases: Array<[path: string, normal: string | null]> = [
  ['', ''],
  ['/', '/'],
  ['/orders/7', '/orders/7'],
  ['/orders/', '/orders/'],
  ['/.well-known/a.b..c/...', '/.well-known/a.b..c/...'],
  ['/%61dmin', '/admin'],
  ['/%7Euser/%40me', '/~user/@me'],
  ['/caf%c3%a9', '/caf%C3%A9'],
  ['/a%20b%3Fc%23d%25e', '/a%20b%3Fc%23d%25e'],
  ['//admin///users', '/admin/users'],
  ['/admin%2Fusers', '/admin/users'],
  ['/admin%5cusers', '/admin/users'],
  ['/admin\\users', '/admin/users'],
  ['/admin;x=1/users;y', '/admin/users'],
  ['/;/admin', '/admin'],
  ['/admin%3Bx', '/admin'],
  ['/a/./b', null],
  ['/a/../b', null],
  ['/a/..', null],
  ['/.', null],
  ['/a/%2e%2E/b', null],
  ['/a/.%2e', null],
  ['/a/..;x/b', null],
  ['/a%2F..%2Fb', null],
  ['/a\\..\\b', null],
  ['/a;%2Fx/admin', null],
  ['/a;x%5cy', null],
  ['/a%3b%2fx/admin', null],
  ['/a%2Fb;x/c', '/a/b/c'],
  ['/%', null],
  ['/a%4', null],
  ['/a%zz', null]
]
for (const [path, normal] of cases) {
  test(`the normal form of ${JSON.stringify(path)} is ${JSON.stringify(normal)}`, async (t) => {
    t.equal(normalPath(path), normal)
  })
}

const part = fc.constantFrom('/', '.', ';', '%', '\\', 'a', '2', 'f', 'e', '5', 'c', '%2f', '%25', '%2e', '%3b')

test('a normal form is its own normal form', async () => {
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
    const normal = normalPath(`/${parts.join('')}`)
    return normal === null || normalPath(normal) === normal
  }), { numRuns: 2000, seed: 20 })
})

test('a server that removes parameters before it decodes reads the same path', async () => {
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
    const path = `/${parts.join('')}`
    const normal = normalPath(path)
    return normal === null || normalPath(path.replaceAll(/;[^/]*/g, '')) === normal
  }), { numRuns: 2000, seed: 20 })
})
