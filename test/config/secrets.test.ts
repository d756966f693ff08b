import { generateKeyPairSync } from 'node:crypto'
import { test } from 'tap'
import { checkGateway } from '../../lib/config/check-gateway.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { configError, validVersions } from '../helpers/problems.ts'

const secret = 'hunter2'
const { d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
const oct = { kty: 'oct', k: secret }

const withJwks = (jwks: unknown) => ({ identity: { providers: [{ name: 'idp', issuer: 'https://idp.test', jwks }] } })
const withUpstream = (upstream: string) => ({ versions: { latest: { upstream } } })

const configs: Array<[title: string, config: object]> = [
  ['a symmetric key as jwks', withJwks(oct)],
  ['a symmetric key as the keys', withJwks({ keys: oct })],
  ['a symmetric key among the keys', withJwks({ keys: [oct] })],
  ['a list of keys around a symmetric one', withJwks({ keys: [[oct]] })],
  ['a private key as the keys', withJwks({ keys: { kty: 'OKP', crv: 'Ed25519', d } })],
  ['text as jwks', withJwks(secret)],
  ['text in a list as jwks', withJwks([secret])],
  ['a header of a fetch that is a list', withJwks({ url: 'https://idp.test', headers: { 'x-key': [secret] } })],
  ['a header of a fetch with a line break', withJwks({ url: 'https://idp.test', headers: { 'x-key': `${secret}\n` } })],
  ['credentials of a proxy', withJwks({ url: 'https://idp.test', proxy: `http://me:${secret}@:80` })],
  ['credentials of a proxy without a scheme', withJwks({ url: 'https://idp.test', proxy: `me:${secret}@proxy:80` })],
  ['text as the TLS of an upstream', { versions: { latest: { upstream: { targets: 'https://orders', tls: secret } } } }],
  ['a list as the key of an upstream', { versions: { latest: { upstream: { targets: 'https://orders', tls: { key: [[secret]] } } } } }],
  ...['request', 'response'].flatMap((side) => ['set', 'add'].flatMap((edit) => [['x-key', `${secret}\n`], ['x-key', [secret]], ['x key', secret]].map(([name, value]): [string, object] => [
    `headers.${side}.${edit} with '${String(name)}'`,
    { versions: { latest: { upstream: { targets: 'https://orders', headers: { [side]: { [edit]: { [String(name)]: value } } } } } } }
  ]))),
  ...['set', 'add'].map((edit): [string, object] => [`text as headers.request.${edit}`, { versions: { latest: { upstream: { targets: 'https://orders', headers: { request: { [edit]: secret } } } } } }]),
  ['a symmetric key as url', withJwks({ url: oct })],
  ['a password in an address without TLS', withJwks({ url: `http://me:${secret}@idp.test/` })],
  ['a password in an address of another scheme', withJwks({ url: `ftp://me:${secret}@idp.test/` })],
  ['a password in an address with TLS', withJwks({ url: `https://me:${secret}@idp.test/` })],
  ['a password in a long address', withJwks({ url: `http://me:${secret}${'x'.repeat(100)}@idp.test/` })],
  ['a password in an upstream', withUpstream(`http://me:${secret}@orders`)],
  ['a password in an upstream that is no URL', withUpstream(`http://me:${secret}@or ders`)],
  ['a password in an upstream of another scheme', withUpstream(`ftp://me:${secret}@orders`)],
  ['a password in an upstream without a scheme', withUpstream(`me:${secret}@orders:8080`)],
  ['a password in an upstream without slashes', withUpstream(`http:me:${secret}@orders:8080`)]
]

for (const [title, config] of configs) {
  test(`no secret is repeated in a config problem: ${title}`, async (t) => {
    const given = { versions: validVersions, ...config } as unknown as GatewayOptions

    const error = configError(() => checkGateway(given))

    t.equal(error?.code, 'VERSION_CONFIG_INVALID')
    t.notMatch(error?.message, secret)
    t.notOk(error?.message.includes(d!), 'the private part is not there')
  })
}
