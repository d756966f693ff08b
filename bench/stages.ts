import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import {
  defineVersions, type IdentityProvider, type PublicJwk, resolveVersion, type ResolveOptions, sanitizeHeaders, verifyIdentity,
  type VerifyIdentityOptions
} from '../lib/index.ts'
import { audience, issuer } from './tokens.ts'

/** The hook of a stage. */
type Step = (request: FastifyRequest, reply: FastifyReply) => void | Promise<void>

/** The stages of a gateway, ready to run one at a time on a real Fastify request. */
export interface Stages {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Restores the headers that the client sent. */
  restore (): void
  readonly sanitize: Step
  readonly identify: Step
  readonly resolve: Step
}

export interface StagesOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly versions?: Readonly<Record<string, { upstream: string }>>
  readonly owned?: readonly string[]
  readonly identity?: VerifyIdentityOptions
  readonly resolve?: ResolveOptions
}

const upstream = 'http://127.0.0.1:1'
export const twoVersions = { v1: { upstream }, v2: { upstream } }

/** Headers that clients send but the gateway does not read. */
const commonHeaders = {
  host: 'api.example.com',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
  accept: 'application/json',
  'accept-encoding': 'gzip, br',
  'accept-language': 'en',
  'x-request-id': '3f2b8c1e-7c55-4a5f-9d3c-0f2b8c1e7c55'
}

export async function makeStages (options: StagesOptions): Promise<Stages> {
  const { headers = {}, versions = twoVersions, owned = [], identity = { providers: [] }, resolve = {} } = options
  const app = Fastify()
  // This hook runs before the stages and never calls done, so the request stays unprocessed.
  const captured = new Promise<[FastifyRequest, FastifyReply]>((resolve) => {
    app.addHook('onRequest', (request, reply, _done) => resolve([request, reply]))
  })
  const steps = collectSteps(app)
  await app.register(sanitizeHeaders, { owned })
  await app.register(verifyIdentity, identity)
  await app.register(resolveVersion, { versions: defineVersions(versions), default: 'v1', ...resolve })
  app.get('/', () => '')
  const [sanitize, identify, decide] = steps as [Step, Step, Step]
  app.inject({ url: '/', headers: { ...commonHeaders, ...headers } }).catch(() => {})
  const [request, reply] = await captured
  const { raw } = request
  const sent = [...raw.rawHeaders]
  return {
    request,
    reply,
    sanitize,
    identify,
    resolve: decide,
    restore () {
      for (let i = 0; i < sent.length; i++) raw.rawHeaders[i] = sent[i]!
      raw.rawHeaders.length = sent.length
    }
  }
}

/** Collects the onRequest hooks of the stages, which are registered afterwards. */
function collectSteps (app: FastifyInstance): Step[] {
  const steps: Step[] = []
  const { addHook } = app
  app.addHook = function (this: FastifyInstance, name: string, hook: (...args: unknown[]) => unknown) {
    if (name === 'onRequest') steps.push((request, reply) => stepOf(hook, request, reply))
    return Reflect.apply(addHook, this, [name, hook]) as FastifyInstance
  } as FastifyInstance['addHook']
  return steps
}

/** Runs a hook. @returns a promise only if the hook does not finish synchronously. @throws Error if it responds to the request */
function stepOf (hook: (...args: unknown[]) => unknown, request: FastifyRequest, reply: FastifyReply): void | Promise<void> {
  let isDone = false
  let onDone = (): void => {}
  hook(request, reply, () => {
    isDone = true
    onDone()
  })
  if (reply.sent) throw new Error('the stage refused the request')
  if (!isDone) return new Promise((resolve) => { onDone = resolve })
}

/** The identity provider that issued the benchmark's tokens. */
export function providerFor (tokens: string): IdentityProvider {
  const jwk = JSON.parse(readFileSync(join(tokens, 'jwk.json'), 'utf8')) as PublicJwk
  return {
    name: 'bench', issuer, audiences: [audience], jwks: { keys: [jwk] }, claimsToHeaders: [{ claim: 'version', header: 'x-target-version' }]
  }
}

export function tokensIn (folder: string): string[] {
  return readFileSync(join(folder, 'tokens.txt'), 'utf8').split('\n')
}

/** @returns a function that identifies the callers of the tokens in turn. Each token has been verified once already. */
export async function identifying (folder: string, options: Omit<VerifyIdentityOptions, 'providers'>, count = Infinity): Promise<() => unknown> {
  const identity = { ...options, providers: [providerFor(folder)] }
  const { request, reply, restore, identify } = await makeStages({ headers: { authorization: 'Bearer ' }, identity })
  const { raw } = request
  const index = raw.rawHeaders.findIndex((part) => part.toLowerCase() === 'authorization') + 1
  const lines = tokensIn(folder).slice(0, count).map((token) => `Bearer ${token}`)
  let next = 0
  const identifyNext = (): unknown => {
    restore()
    // A value that differs from the client's line would count as set by a hook of the app.
    raw.rawHeaders[index] = raw.headers.authorization = lines[next]!
    next = (next + 1) % lines.length
    return identify(request, reply)
  }
  // Fill the token cache.
  for (let count = 0; count < lines.length; count++) await identifyNext()
  return identifyNext
}
