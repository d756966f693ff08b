import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import { defineVersions, matchRoute, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import { defineStage } from '../../lib/stage/define-stage.ts'
import { declareOnRequest } from '../../lib/stage/context.ts'
import { boot } from '../helpers/boot.ts'
import { makeApp } from '../helpers/gateway.ts'
import { validVersions } from '../helpers/problems.ts'

const versions = defineVersions(validVersions)

const register = {
  sanitizeHeaders: (app: FastifyInstance) => app.register(sanitizeHeaders, {}),
  verifyIdentity: (app: FastifyInstance) => app.register(verifyIdentity, { providers: [] }),
  resolveVersion: (app: FastifyInstance) => app.register(resolveVersion, { versions }),
  proxyVersions: (app: FastifyInstance) => app.register(proxyVersions, { versions })
}
type StageName = keyof typeof register

/** Registers stages in the given order. */
function registerAll (app: FastifyInstance, ...stages: StageName[]): void {
  for (const stage of stages) register[stage](app)
}

const calls = ['sanitizeHeaders', 'verifyIdentity', 'resolveVersion', 'proxyVersions'].map((stage) => `app.register(${stage}, { ... })`)

/** Returns the error message for a stage that lacks earlier ones. */
function sentence (stage: StageName, missing: string, count: number): string {
  return `${stage} needs ${missing} before it. Register the stages in this order: ${calls.slice(0, count).join(', ')}.`
}

test('the four stages boot in the right order', async (t) => {
  const app = makeApp(t)
  registerAll(app, 'sanitizeHeaders', 'verifyIdentity', 'resolveVersion', 'proxyVersions')

  const booted = boot(app)

  await t.resolves(booted)
})

for (const { title, stages, message } of [
  {
    title: 'verifyIdentity alone',
    stages: ['verifyIdentity'],
    message: sentence('verifyIdentity', 'sanitizeHeaders', 2)
  },
  {
    title: 'resolveVersion alone',
    stages: ['resolveVersion'],
    message: sentence('resolveVersion', 'sanitizeHeaders and verifyIdentity', 3)
  },
  {
    title: 'resolveVersion without verifyIdentity',
    stages: ['sanitizeHeaders', 'resolveVersion'],
    message: sentence('resolveVersion', 'verifyIdentity', 3)
  },
  {
    title: 'proxyVersions alone',
    stages: ['proxyVersions'],
    message: sentence('proxyVersions', 'sanitizeHeaders, verifyIdentity, and resolveVersion', 4)
  },
  {
    title: 'proxyVersions without resolveVersion',
    stages: ['sanitizeHeaders', 'verifyIdentity', 'proxyVersions'],
    message: sentence('proxyVersions', 'resolveVersion', 4)
  },
  {
    title: 'resolveVersion before verifyIdentity',
    stages: ['sanitizeHeaders', 'resolveVersion', 'verifyIdentity'],
    message: sentence('resolveVersion', 'verifyIdentity', 3)
  },
  {
    title: 'verifyIdentity before sanitizeHeaders',
    stages: ['verifyIdentity', 'sanitizeHeaders'],
    message: sentence('verifyIdentity', 'sanitizeHeaders', 2)
  }
] satisfies Array<{ title: string, stages: StageName[], message: string }>) {
  test(`a missing stage or a wrong order is rejected, and the error names the right order: ${title}`, async (t) => {
    const app = makeApp(t)
    registerAll(app, ...stages)

    const booted = boot(app)

    await t.rejects(booted, { code: 'STAGE_ORDER_INVALID', message })
  })
}

const twice = (stage: StageName) => `${stage} is already registered, in this scope or in a parent scope, and would run twice. ` +
  'Register it once, or register each gateway in its own scope: app.register(async (scope) => { ... }).'

const complete = Object.keys(register) as StageName[]

for (const stage of complete.slice(0, 3)) {
  test(`${stage} cannot be registered twice in a scope`, async (t) => {
    const app = makeApp(t)
    registerAll(app, ...complete, stage)

    const booted = boot(app)

    await t.rejects(booted, { code: 'STAGE_ORDER_INVALID', message: twice(stage) })
  })

  test(`${stage} cannot be registered in a child scope of one that has it`, async (t) => {
    const app = makeApp(t)
    registerAll(app, ...complete)
    app.register(async (scope) => { await register[stage](scope) }, { prefix: '/nested' })

    const booted = boot(app)

    await t.rejects(booted, { code: 'STAGE_ORDER_INVALID', message: twice(stage) })
  })
}

test('two gateways can boot side by side, each in its own scope', async (t) => {
  const app = makeApp(t)
  app.register(async (scope) => registerAll(scope, ...complete), { prefix: '/one' })
  app.register(async (scope) => registerAll(scope, ...complete), { prefix: '/two' })

  const booted = boot(app)

  await t.resolves(booted)
})

test('a stage can be in a child scope of the one that has the earlier stages', async (t) => {
  const app = makeApp(t)
  registerAll(app, 'sanitizeHeaders', 'verifyIdentity')
  app.register(async (scope) => registerAll(scope, 'resolveVersion', 'proxyVersions'), { prefix: '/api' })

  const booted = boot(app)

  await t.resolves(booted)
})

test('a stage does not count in sibling scopes', async (t) => {
  const app = makeApp(t)
  app.register(async (scope) => registerAll(scope, 'sanitizeHeaders'))
  registerAll(app, 'verifyIdentity')

  const booted = boot(app)

  await t.rejects(booted, { code: 'STAGE_ORDER_INVALID', message: sentence('verifyIdentity', 'sanitizeHeaders', 2) })
})

test('the order is checked before the options', async (t) => {
  const app = makeApp(t)
  app.register(verifyIdentity, { providers: [], policy: 'require' })

  const booted = boot(app)

  await t.rejects(booted, { code: 'STAGE_ORDER_INVALID' })
})

test('a stage receives its options, and its hooks apply to the scope in which it is registered', async (t) => {
  const app = makeApp(t)
  const stage = defineStage<{ value: string }>({
    stage: 'sanitizeHeaders',
    name: 'test-stage',
    dependencies: [],
    plugin: async (scope, { value }) => { scope.addHook('onRequest', async (_request, reply) => { reply.header('x-stage', value) }) }
  })
  app.register(stage, { value: 'seen' })
  app.get('/', async () => 'ok')

  const response = await app.inject('/')

  t.equal(response.headers['x-stage'], 'seen')
})

test('a request property can be declared twice and is initially null', async (t) => {
  const app = makeApp(t)
  declareOnRequest(app, 'version')
  declareOnRequest(app, 'version')
  app.get('/', async ({ version }) => ({ version }))

  const response = await app.inject('/')

  t.strictSame(response.json(), { version: null })
})

test('matchRoute cannot be registered after verifyIdentity', async (t) => {
  const app = makeApp(t)
  registerAll(app, 'sanitizeHeaders', 'verifyIdentity')
  app.register(matchRoute, { versions })

  const booted = boot(app)

  await t.rejects(booted, { code: 'STAGE_ORDER_INVALID', message: 'matchRoute must be registered before verifyIdentity.' })
})
