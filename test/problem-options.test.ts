import t, { type Test } from 'tap'
import { forbidden, versionDisabled, type Refusal, versionRetired, versionUnknown } from '../lib/errors.ts'
import { sanitizeHeaders } from '../lib/index.ts'
import { problemOf, refuse } from '../lib/stage/refuse.ts'
import type { ProblemOptions } from '../types/index.ts'
import { listen, makeApp } from './helpers/gateway.ts'
import { sendRaw } from './helpers/raw.ts'

const page = 'https://docs.acme.io/problems/version-retired'
const request = { id: 'req-1' }

/** Makes an app that refuses every request, and collects its log. */
async function refusing (t: Test, refusal: Refusal, problems?: ProblemOptions) {
  const lines: string[] = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  await app.register(sanitizeHeaders, problems === undefined ? {} : { problems })
  app.get('/', (request, reply) => refuse(request, reply, refusal))
  const log = () => lines.map((line) => JSON.parse(line))
  return { app, origin: await listen(app), log }
}

for (const baseUri of ['https://docs.acme.io/problems', 'https://docs.acme.io/problems/']) {
  t.test(`with ${baseUri}, the type is a page, which docs repeats`, async (t) => {
    const refusal = versionRetired({ members: { successor: 'v3', sunset: '2026-12-31T00:00:00.000Z' } }, 'v1')

    const problem = problemOf(refusal, request, { baseUri })

    t.strictSame(problem, {
      type: page,
      title: 'Gone',
      docs: page,
      status: 410,
      detail: "Version 'v1' was retired; use 'v3'.",
      code: 'VERSION_RETIRED',
      successor: 'v3',
      sunset: '2026-12-31T00:00:00.000Z',
      requestId: 'req-1'
    })
  })
}

t.test('one page can describe all problems', async (t) => {
  const { type } = problemOf(versionUnknown({}, 'v9'), request, { baseUri: 'https://docs.acme.io/problems#' })

  t.equal(type, 'https://docs.acme.io/problems#version-unknown')
})

t.test('without a base URI, problems have no type and no docs', async (t) => {
  const problem = problemOf(versionRetired({}, 'v1'), request)

  t.equal(problem.type, 'about:blank')
  t.notOk('docs' in problem)
})

t.test('a page of the version takes precedence over that of the problem', async (t) => {
  const refusal = versionRetired({ members: { docs: 'https://docs.acme.io/migrate-v1' } }, 'v1')

  const { type, docs } = problemOf(refusal, request, { baseUri: 'https://docs.acme.io/problems' })

  t.strictSame([type, docs], [page, 'https://docs.acme.io/migrate-v1'])
})

t.test('a type that the app sets is kept', async (t) => {
  const refusal = forbidden({ extensions: { type: 'https://acme.io/no', title: 'No', plan: 'free', status: 200 } })

  const problem = problemOf(refusal, request, { baseUri: 'https://docs.acme.io/problems' })

  t.match(problem, { type: 'https://acme.io/no', title: 'No', plan: 'free', status: 403 })
  t.notOk('docs' in problem)
})

for (const [title, body, sent] of [
  ['text', 'Förbidden', 'Förbidden'],
  ['bytes', Buffer.from([0x66, 0x6f]), 'fo'],
  ['an object', { error: 'VERSION_RETIRED' }, '{"error":"VERSION_RETIRED"}']
] as const) {
  t.test(`a custom body can be ${title}, and status and headers stay the same`, async (t) => {
    const refusal = versionRetired({ headers: { 'retry-after': '5' } }, 'v1')
    const { origin } = await refusing(t, refusal, { render: () => ({ contentType: 'application/vnd.acme+x', body }) })

    const response = await fetch(origin)

    t.equal(response.status, 410)
    t.equal(response.headers.get('content-type'), 'application/vnd.acme+x')
    t.equal(response.headers.get('cache-control'), 'no-store')
    t.equal(response.headers.get('retry-after'), '5')
    t.equal(await response.text(), sent)
  })
}

t.test('render gets the problem and the request', async (t) => {
  const { origin } = await refusing(t, versionRetired({}, 'v1'), {
    baseUri: 'https://docs.acme.io/problems',
    render: ({ code, docs }, { url }) => ({ contentType: 'application/json', body: { code, docs, url } })
  })

  const response = await fetch(`${origin}/?a=1`)

  t.strictSame(await response.json(), { code: 'VERSION_RETIRED', docs: page, url: '/?a=1' })
})

const cyclic: Record<string, unknown> = {}
cyclic.itself = cyclic
for (const [title, render] of [
  ['throws', () => { throw new Error('a bug') }],
  ['gives nothing', () => undefined],
  ['is async', async () => ({ contentType: 'text/plain', body: 'late' })],
  ['gives no body', () => ({ contentType: 'text/plain', body: null })],
  ['gives a number', () => ({ contentType: 'text/plain', body: 5 })],
  ['gives a type that would be another header', () => ({ contentType: 'text/plain\r\nx-evil: 1', body: 'x' })],
  ['returns a value that is not JSON', () => ({ contentType: 'application/json', body: cyclic })]
] as const) {
  t.test(`if render ${title}, that is logged, and the problem is sent`, async (t) => {
    const { origin, log } = await refusing(t, versionRetired({}, 'v1'), { render: render as NonNullable<ProblemOptions['render']> })

    const response = await fetch(origin)

    t.equal(response.status, 410)
    t.equal(response.headers.get('content-type'), 'application/problem+json')
    t.match(await response.json(), { code: 'VERSION_RETIRED' })
    t.ok(log().some(({ level, msg }) => level === 50 && msg === 'problems.render failed'))
  })
}

t.test('if render changes the problem and fails, the problem is sent unchanged', async (t) => {
  const { origin } = await refusing(t, versionRetired({}, 'v1'), {
    render: (problem) => {
      problem.detail = 'spoilt'
      throw new Error('a bug')
    }
  })

  const response = await fetch(origin)

  t.match(await response.json(), { detail: "Version 'v1' was retired." })
})

t.test('HEAD is refused without a body', async (t) => {
  const { origin } = await refusing(t, versionRetired({}, 'v1'))

  const response = await sendRaw(t, origin, ['HEAD / HTTP/1.1', 'Host: a'])

  t.match(response, /^HTTP\/1\.1 410 Gone\r\n[^]*content-type: application\/problem\+json\r\n/)
  t.ok(response.endsWith('\r\n\r\n'))
})

t.test('a refusal of a disabled version is not logged as an error', async (t) => {
  const { origin, log } = await refusing(t, versionDisabled({}, 'v3'))

  const response = await fetch(origin)

  t.equal(response.status, 503)
  t.match(log().find(({ msg }) => msg === 'request refused'), { level: 30, code: 'VERSION_DISABLED' })
})
