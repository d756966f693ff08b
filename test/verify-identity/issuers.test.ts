import { test } from 'tap'
import { Issuers } from '../../lib/verify-identity/issuers.ts'
import type { Provider } from '../../lib/verify-identity/provider.ts'

const providers = (count: number): Provider[] =>
  Array.from({ length: count }, (_, index) => ({ options: { issuer: `https://${index}.test` } }) as unknown as Provider)

test('the log names the first five issuers and the number of the others', async (t) => {
  t.strictSame(new Issuers(providers(2)).written, ['https://0.test', 'https://1.test'])
  t.strictSame(new Issuers(providers(7)).written.slice(4), ['https://4.test', '2 more'])
})

test('a token is assigned to the provider with exactly its issuer', async (t) => {
  const all = providers(3)
  const issuers = new Issuers(all)

  t.equal(issuers.find('https://1.test'), all[1])
  t.equal(issuers.find('https://1.test/'), undefined)
  t.equal(issuers.find(1), undefined)
})
