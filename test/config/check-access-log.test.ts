import t from 'tap'
import { checkAccessLog } from '../../lib/config/check-access-log.ts'
import { collected } from '../helpers/problems.ts'

t.test('headers that are no list are left to the schema', async (t) => {
  const problems = collected((problems) => { checkAccessLog(problems, ['accessLog'], { headers: 'authorization' as unknown as string[] }) })

  t.strictSame(problems, [])
})

t.test('headers that may carry credentials are refused, and odd ones are left to the schema', async (t) => {
  const problems = collected((problems) => { checkAccessLog(problems, ['accessLog'], { headers: ['x-plan', 5 as unknown as string, 'x-api-token'] }) })

  t.match(problems, [{ path: 'accessLog.headers[2]', message: /may carry credentials/ }])
})
