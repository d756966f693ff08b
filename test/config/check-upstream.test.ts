import { test } from 'tap'
import { checkUpstream } from '../../lib/config/check-upstream.ts'
import { forwardedHeaders } from '../../lib/proxy-versions/request/forwarded-headers.ts'
import type { UpstreamOptions } from '../../types/index.ts'
import { collected, gatewayProblems, pathsOf, validVersions } from '../helpers/problems.ts'

for (const upstream of ['http://orders', 'http://orders:8080', 'https://orders.internal', 'http://10.0.0.15:30080/', 'http://[::1]:80']) {
  test(`an upstream can be the origin ${upstream}`, async (t) => {
    const given = upstream

    const problems = collected((found) => checkUpstream(found, ['versions', 'v2', 'upstream'], given))

    t.same(problems, [])
  })
}

const anyUrl = "Write scheme, host and port: 'http://10.0.0.15:30080'."

for (const { upstream, message } of [
  { upstream: 'orders:8080', message: "expected an http(s) URL, got 'orders:8080'. Write 'http://orders:8080'." },
  { upstream: 'orders', message: "expected an http(s) URL, got 'orders'. Write 'http://orders'." },
  { upstream: '10.0.0.15:30080', message: "expected an http(s) URL, got '10.0.0.15:30080'. Write 'http://10.0.0.15:30080'." },
  { upstream: 'ftp://orders', message: `expected an http(s) URL, got 'ftp://orders'. ${anyUrl}` },
  { upstream: 'http://', message: `expected an http(s) URL, got 'http://'. ${anyUrl}` },
  { upstream: '', message: `expected an http(s) URL, got ''. ${anyUrl}` },
  { upstream: 'http:a', message: `expected an http(s) URL, got 'http:a'. ${anyUrl}` },
  { upstream: 'http:/a', message: `expected an http(s) URL, got 'http:/a'. ${anyUrl}` },
  { upstream: 'http://a:99999', message: `expected an http(s) URL, got 'http://a:99999'. ${anyUrl}` },
  { upstream: 'orders:99999', message: `expected an http(s) URL, got 'orders:99999'. ${anyUrl}` },
  { upstream: ' http://a ', message: `expected an http(s) URL, got ' http://a '. ${anyUrl}` },
  { upstream: 'http://a ', message: `expected an http(s) URL, got 'http://a '. ${anyUrl}` },
  { upstream: 'http://a\n', message: `expected an http(s) URL, got 'http://a\\n'. ${anyUrl}` }
]) {
  test(`an upstream that is not an http(s) URL is rejected: ${JSON.stringify(upstream)}`, async (t) => {
    const given = upstream

    const problems = collected((found) => checkUpstream(found, ['versions', 'v2', 'upstream'], given))

    t.same(problems, [{ path: 'versions.v2.upstream', message }])
  })
}

for (const [part, upstream] of [
  ['path', 'http://orders:8080/api'], ['query', 'http://orders:8080?a=b'], ['fragment', 'http://orders:8080#top'],
  ['path and query', 'http://orders:8080/api?a=b']
] as const) {
  test(`an upstream with a ${part} is rejected, and the message names the origin and the option to use`, async (t) => {
    const given = upstream

    const problems = collected((found) => checkUpstream(found, ['versions', 'v2', 'upstream'], given))

    t.same(problems, [{
      path: 'versions.v2.upstream',
      message: `expected a URL without a path, got '${upstream}'. ` +
        "Write 'http://orders:8080'; to add a path to every request, use the upstream's rewritePrefix."
    }])
  })
}

for (const upstream of ['http://admin:hunter2@orders:8080', 'http://admin@orders:8080', 'http://:hunter2@orders:8080']) {
  test(`an upstream with credentials is rejected, and the message does not repeat them: ${upstream}`, async (t) => {
    const given = upstream

    const problems = collected((found) => checkUpstream(found, ['versions', 'v2', 'upstream'], given))

    t.same(problems, [{
      path: 'versions.v2.upstream',
      message: "contains credentials. Write 'http://orders:8080': the gateway forwards the callers' own credentials."
    }])
  })
}

test('a Unix socket is rejected if its path has more bytes than the system can bind', async (t) => {
  const longest = process.platform === 'linux' ? 107 : 103
  const [fits, long, wide] = ['a'.repeat(longest - 1), 'a'.repeat(longest), 'é'.repeat(54)]
  const given: UpstreamOptions = { targets: [`unix+http:///${fits}`, `unix+http:///${long}`, `unix+https:///${wide}`] }

  const problems = collected((found) => checkUpstream(found, ['upstream'], given))

  t.same(pathsOf(problems), ['upstream.targets[1]', 'upstream.targets[2]'])
  t.match(problems[0]?.message, `at most ${longest} bytes`)
  t.match(problems[1]?.message, "has 109. Move the socket to a shorter path, such as '/run/app.sock'.")
})

for (const [title, upstream, path, words] of [
  ['a target twice', { targets: ['http://a', 'http://a'] }, 'upstream.targets[1]', 'is listed twice'],
  ['a wrong target in a list', { targets: ['http://a', 'b:1'] }, 'upstream.targets[1]', "Write 'http://b:1'."],
  ['a header that frames messages', { targets: 'http://a', headers: { request: { set: { 'Transfer-Encoding': 'x' } } } }, 'upstream.headers.request.set', "'Transfer-Encoding' must not be changed here, because HTTP itself depends on it. Use a header of your own."],
  ['another host', { targets: 'http://a', headers: { request: { set: { Host: 'x' } } } }, 'upstream.headers.request.set', "'Host' must not be changed here, because HTTP itself depends on it. Use the upstream's option: host: 'orders.internal'."],
  ['a length of its own', { targets: 'http://a', headers: { response: { add: { 'content-length': '1' } } } }, 'upstream.headers.response.add', 'HTTP itself depends on it']
] as const) {
  test(`${title} is rejected`, async (t) => {
    const given: UpstreamOptions = upstream

    const problems = collected((found) => checkUpstream(found, ['upstream'], given))

    t.same(pathsOf(problems), [path])
    t.match(problems[0]?.message, words)
  })
}

for (const name of ['X-Forwarded-For', 'x-forwarded-anything', 'X_Forwarded.Host', 'Forwarded', 'X-Real-IP', 'via']) {
  for (const [member, edits] of [['set', { set: { [name]: 'x' } }], ['add', { add: { [name]: 'x' } }], ['remove', { remove: [name] }]] as const) {
    test(`${member} of ${name} is rejected, because the gateway writes that header itself`, async (t) => {
      const given: UpstreamOptions = { targets: 'http://a', headers: { request: edits } }

      const problems = collected((found) => checkUpstream(found, ['upstream'], given))

      t.same(problems, [{
        path: `upstream.headers.request.${member}`,
        message: `'${name}' is set by the gateway itself. Leave it out; Fastify's trustProxy decides which earlier hops are trusted.`
      }])
    })
  }
}

test('edits of any request header that the gateway writes itself are rejected', async (t) => {
  const names = forwardedHeaders.map((name) => name.replace('*', 'for'))

  const problems = collected((found) => checkUpstream(found, ['upstream'], { targets: 'http://a', headers: { request: { remove: names } } }))

  t.equal(problems.length, names.length)
})

for (const upstream of [
  { targets: ['http://a', 'https://b:8443', 'unix+http:///run/app.sock'] },
  { targets: 'http://a', headers: { request: { remove: ['authorization', 'Cookie', 'x-a'] }, response: { set: { server: 'x', 'x-forwarded-by': 'x' }, add: { via: 'x' } } } }
]) {
  test(`an upstream with ${Object.keys(upstream).join(' and ')} is valid`, async (t) => {
    const given: UpstreamOptions = upstream

    const problems = collected((found) => checkUpstream(found, ['upstream'], given))

    t.same(problems, [])
  })
}

test('header edits with an invalid structure are not checked further', async (t) => {
  const upstream = { targets: 'http://orders', headers: { request: { set: { via: 'x' } } } }

  const problems = collected((found) => {
    found.addMisshapen(['u', 'headers', 'request', 'set'], 'is not a set')
    checkUpstream(found, ['u'], upstream)
  })

  t.match(problems, [{ path: 'u.headers.request.set', message: 'is not a set' }])
  t.equal(problems.length, 1)
})

test('for an upstream without targets, the message names the missing option and does not contain \'undefined\'', async (t) => {
  const problems = gatewayProblems({ versions: { ...validVersions, v9: { upstream: { url: 'http://127.0.0.1:1' } } } })

  const messages = problems.map(({ path, message }) => `${path}: ${message}`)

  t.ok(messages.some((message) => message.startsWith('versions.v9.upstream.targets: missing.')), messages.join('; '))
  t.notMatch(messages.join(' '), 'undefined')
})

for (const [member, value] of [
  ['ratio', 0], ['ratio', 1.1], ['ratio', -1], ['ratio', '50%'], ['minResponses', 0], ['minResponses', 1.5], ['windowMs', 0]
] as const) {
  test(`serverErrors with ${member} ${value} is rejected`, async (t) => {
    const serverErrors = { ratio: 0.5, [member]: value }

    const problems = gatewayProblems({ versions: { latest: { upstream: { targets: 'http://a', health: { passive: { serverErrors } } } } } })

    t.strictSame(pathsOf(problems), [`versions.latest.upstream.health.passive.serverErrors.${member}`])
    t.match(problems[0]!.message, `got ${typeof value === 'string' ? `'${value}'` : value}`)
  })
}

test('serverErrors requires a ratio', async (t) => {
  const health = { passive: { serverErrors: { minResponses: 5 } } }

  const problems = gatewayProblems({ versions: { latest: { upstream: { targets: 'http://a', health } } } })

  t.strictSame(pathsOf(problems), ['versions.latest.upstream.health.passive.serverErrors.ratio'])
})
