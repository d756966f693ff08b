import t from 'tap'
import { isExempt, proxiesOf } from '../../lib/verify-identity/keys/proxy-environment.ts'

for (const [value, proxy] of [
  ['proxy:3128', 'http://proxy:3128'], ['10.0.0.1', 'http://10.0.0.1'], ['me:word@proxy:80', 'http://me:word@proxy:80'],
  [' http://proxy:3128\n', 'http://proxy:3128'], ['https://proxy', 'https://proxy'], ['socks5://proxy:1080', 'socks5://proxy:1080'], ['', undefined], [' ', undefined]
] as const) {
  t.test(`HTTPS_PROXY=${JSON.stringify(value)} is ${proxy ?? 'no proxy'}`, async (t) => {
    t.equal(proxiesOf({ HTTPS_PROXY: value }).httpsProxy, proxy)
  })
}

t.test('a variable in lower case takes precedence, as in undici', async (t) => {
  t.strictSame(proxiesOf({ http_proxy: 'a:1', HTTP_PROXY: 'b:1', https_proxy: '', HTTPS_PROXY: 'c:1' }), { httpProxy: 'http://a:1' })
})

for (const value of ['ftp://proxy', 'http://proxy:99999', 'http://', 'me:%zz@proxy:80', 'file:///proxy']) {
  t.test(`HTTPS_PROXY=${value} is named as wrong, without its value`, async (t) => {
    t.throws(() => proxiesOf({ HTTPS_PROXY: value }), { message: 'HTTPS_PROXY is not the address of a proxy. Write http://proxy:3128, unset it, or set jwks.proxy.' })
    t.throws(() => proxiesOf({ http_proxy: value }), /^http_proxy is not/)
  })
}

for (const [entries, url, exempt] of [
  ['10.0.0.0/8', 'https://10.1.2.3/keys', true],
  ['10.0.0.0/8', 'https://11.1.2.3/keys', false],
  ['10.0.0.0/8:8443', 'https://10.1.2.3:8443/keys', true],
  ['10.0.0.0/8:8443', 'https://10.1.2.3/keys', false],
  ['10.1.2.3:443', 'https://10.1.2.3/keys', true],
  ['10.1.2.3:443', 'http://10.1.2.3/keys', false],
  ['a.test, 10.1.2.3', 'http://10.1.2.3:80/keys', true],
  ['fd00::/8', 'https://[fd12::1]/keys', true],
  ['[fd00::]/8', 'https://[fd12::1]/keys', true],
  ['[fd12::1]:8443', 'https://[fd12::1]:8443/keys', true],
  ['[fd12::1]:8443', 'https://[fd12::1]/keys', false],
  ['fd12:0::1', 'https://[fd12::1]/keys', true],
  ['10.0.0.0/8', 'https://[::ffff:10.1.2.3]/keys', true],
  ['a.test *', 'https://idp.test/keys', true],
  ['10.0.0.0/33,10.0.0.0/x,10.0.0.0/8/8,10.0.0,/8', 'https://10.0.0.0/keys', false],
  ['10.0.0.0/8', 'https://10.0.0.0.test/keys', false],
  ['0.0.0.0/0', 'https://idp.test/keys', false],
  ['', 'https://idp.test/keys', false]
] as const) {
  t.test(`NO_PROXY=${entries} ${exempt ? 'exempts' : 'does not exempt'} ${url}`, async (t) => {
    t.equal(isExempt(new URL(url), { NO_PROXY: entries }), exempt)
    t.equal(isExempt(new URL(url), { no_proxy: entries, NO_PROXY: '' }), exempt)
  })
}
