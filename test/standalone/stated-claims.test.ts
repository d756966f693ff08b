import t from 'tap'
import { exactJson } from '../../lib/identity/exact-numbers.ts'
import { statedClaims } from '../../lib/standalone/commands/stated-claims.ts'

t.test('claim values are JSON or strings, and names with dots are paths', async (t) => {
  const claims = statedClaims(['sub=alice', 'user.id=1', 'user.roles=["a"]', 'active=true', 'name=a=b', 'half="x', 'none=null'])

  t.strictSame(claims, { sub: 'alice', user: { id: 1, roles: ['a'] }, active: true, name: 'a=b', half: '"x', none: null })
})

t.test('a 64-bit integer keeps its digits at any depth, as in a token', async (t) => {
  const claims = statedClaims(['tenant=1234567890123456789', 'user.id=1234567890123456790', 'org={"ids":[9007199254740993]}', 'exp=1234567890123456789'])

  t.strictSame(claims, { tenant: '1234567890123456789', user: { id: '1234567890123456790' }, org: { ids: ['9007199254740993'] }, exp: Number('1234567890123456789') })
  t.equal(exactJson(claims.user), '{"id":1234567890123456790}')
})

t.test('the last of two values wins, and the prototype cannot be changed', async (t) => {
  t.strictSame(statedClaims(['a=1', 'a=2']), { a: 2 })
  t.equal(Object.getPrototypeOf(statedClaims(['__proto__.x=1'])), Object.prototype)
})

t.test('pairs that cannot be claims are rejected', async (t) => {
  for (const pair of ['nothing', '=1']) t.throws(() => statedClaims([pair]), { message: `--claim: '${pair}' is not 'name=value'.` })
  t.throws(() => statedClaims(['a=1', 'a.b=2']), { message: "--claim: 'a' has both a value and members." })
})
