import t from 'tap'
import { versionRequired } from '../../lib/errors.ts'
import { refuseOrFail } from '../../lib/stage/refuse.ts'
import { challenge } from '../../lib/verify-identity/challenge.ts'
import { makeApp } from '../helpers/gateway.ts'

for (const [error, status, body] of [
  [versionRequired({ members: { supported: ['v2'] } }), 400, { code: 'VERSION_REQUIRED', supported: ['v2'] }],
  [new Error('a bug'), 418, { message: 'a bug' }]
] as const) {
  t.test(`${error.message}: a refusal is sent by the gateway, and other errors go to the app's error handler`, async (t) => {
    const app = makeApp(t)
    app.setErrorHandler(async ({ message }: Error, _request, reply) => reply.code(418).send({ message }))
    app.addHook('onRequest', (request, reply, done) => refuseOrFail(request, reply, challenge(error, 'api'), done))
    app.get('/', async () => 'ok')

    const response = await app.inject('/')

    t.equal(response.statusCode, status)
    t.match(response.json(), body)
  })
}

t.test('a refusal caused by the client is logged in one line without a stack', async (t) => {
  const lines: string[] = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  app.get('/', (request, reply) => refuseOrFail(request, reply, versionRequired({ cause: new Error('why') }), () => {}))

  await app.inject('/')

  const refused = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'request refused')
  t.match(refused, { level: 30, code: 'VERSION_REQUIRED', cause: 'why' })
  t.notOk(lines.some((line) => line.includes('    at ')))
})

t.test('a thrown value that is not an error is handled as an error', async (t) => {
  const app = makeApp(t)
  app.setErrorHandler(async ({ message, cause }: Error, _request, reply) => reply.code(418).send({ message, cause }))
  app.addHook('onRequest', (request, reply, done) => refuseOrFail(request, reply, 'no error', done))
  app.get('/', async () => 'ok')

  const response = await app.inject('/')

  t.equal(response.statusCode, 418)
  t.match(response.json(), { cause: 'no error' })
})
