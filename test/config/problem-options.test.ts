import t from 'tap'
import { sanitizeHeaders } from '../../lib/index.ts'
import { boot } from '../helpers/boot.ts'
import { makeApp } from '../helpers/gateway.ts'
import { type Case, gatewayProblems, pathsOf, missingWords } from '../helpers/problems.ts'

for (const baseUri of ['https://docs.acme.io/problems', 'http://localhost:8080/', 'HTTPS://docs.acme.io/problems#']) {
  t.test(`problems.baseUri accepts ${baseUri}`, async (t) => {
    const problems = gatewayProblems({ problems: { baseUri, render: () => ({ contentType: 'text/plain', body: '' }) } })

    t.same(problems, [])
  })
}

const wrong: Case[] = [
  { title: 'a path', config: { problems: { baseUri: '/problems' } }, path: 'problems.baseUri', words: ["'/problems'", 'Write \'https://docs'] },
  { title: 'another scheme', config: { problems: { baseUri: 'ftp://acme.io' } }, path: 'problems.baseUri', words: ['http(s)'] },
  { title: 'no host', config: { problems: { baseUri: 'https://' } }, path: 'problems.baseUri', words: ['http(s)'] },
  { title: 'a number', config: { problems: { baseUri: 5 } }, path: 'problems.baseUri', words: ['http(s)', 'got 5'] },
  { title: 'null', config: { problems: null }, path: 'problems', words: ['an object with baseUri, render'] },
  { title: 'a render that is none', config: { problems: { render: 'html' } }, path: 'problems.render', words: ['a function'] },
  { title: 'an unknown option', config: { problems: { baseUrl: 'https://acme.io' } }, path: 'problems.baseUrl', words: ["'baseUri'"] },
  { title: 'a path inside of sanitize', config: { sanitize: { problems: { baseUri: 'x' } } }, path: 'sanitize.problems.baseUri', words: ["'x'"] },
  {
    title: 'problems in two places',
    config: { problems: {}, sanitize: { problems: {} } },
    path: 'sanitize.problems',
    words: ['already', 'Remove one']
  }
]
for (const { title, config, path, words } of wrong) {
  t.test(`rejects an invalid config: ${title}`, async (t) => {
    const problems = gatewayProblems(config)

    t.same(pathsOf(problems), [path])
    t.same(missingWords(problems[0], words), [])
  })
}

t.test('a stage that is registered by itself checks its problems option, too', async (t) => {
  const app = makeApp(t)
  app.register(sanitizeHeaders, { problems: { baseUri: 'problems' } })

  await t.rejects(boot(app), { code: 'VERSION_CONFIG_INVALID', message: /- problems\.baseUri: expected an absolute/ })
})
