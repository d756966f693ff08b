import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { pemRemedy } from '../../lib/identity/pem-to-jwks.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { gatewayProblems } from '../helpers/problems.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })

const problemsOf = (jwks: object): string[] =>
  gatewayProblems({ identity: { providers: [{ name: 'idp', issuer: 'https://idp.test', jwks }] } } as never)
    .map(({ path, message }) => `${path.replace('identity.providers[0].', '')}: ${message}`)

for (const [what, content] of [['a public key', pem], ['a private key', privatePem]] as const) {
  t.test(`the command converts ${what} to a JWKS with only the public part, and requires only Node`, { skip: process.platform === 'win32' }, async (t) => {
    const { folder, write } = await makeFolder(t)
    await write('key.pem', content)
    const command = /node -p .*$/.exec(pemRemedy)![0].replace(/^node/, `'${process.execPath}'`)

    const made = JSON.parse(execFileSync('/bin/sh', ['-c', command], { cwd: folder, encoding: 'utf8' })) as { keys: object[] }

    t.strictSame(made, { keys: [{ kty, x, y, crv }] })
    t.strictSame(problemsOf({ keys: made.keys }), [])
  })
}

t.test('the command converts all keys of a bundle', { skip: process.platform === 'win32' }, async (t) => {
  const { folder, write } = await makeFolder(t)
  await write('key.pem', pem + pem)
  const command = /node -p .*$/.exec(pemRemedy)![0].replace(/^node/, `'${process.execPath}'`)

  t.strictSame(JSON.parse(execFileSync('/bin/sh', ['-c', command], { cwd: folder, encoding: 'utf8' })), { keys: [{ kty, x, y, crv }, { kty, x, y, crv }] })
})

t.test('PEM in place of keys or a URL is rejected without showing it, and the message shows the command', async (t) => {
  const problems = [...problemsOf({ keys: pem }), ...problemsOf({ keys: [makeIssuer().jwk, privatePem] }), ...problemsOf({ url: pem })]

  t.strictSame(problems, [
    `jwks.keys: expected a list of JSON Web Keys, not PEM, got text of ${pem.length} characters. ${pemRemedy}`,
    `jwks.keys[1]: expected a JSON Web Key, not PEM, got text of ${privatePem.length} characters. ${pemRemedy}`,
    `jwks.url: expected an https URL, got PEM. ${pemRemedy}.`
  ])
})

t.test('a public key is never used as a shared secret', async (t) => {
  t.match(problemsOf({ secret: pem }), ['jwks.secret: is a PEM key, which is not secret. Use jwks: { pem }, without HS256, HS384 and HS512.'])
  t.match(problemsOf({ secret: Buffer.from(pem) }), [/^jwks\.secret: is a PEM key/])
})
