import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { StageOrderInvalid } from '../errors.ts'
import { definePlugin } from './define-plugin.ts'

type Stage = 'sanitizeHeaders' | 'matchRoute' | 'verifyIdentity' | 'resolveVersion' | 'proxyVersions'

interface StageDefinition<Options> {
  stage: Stage
  /** Plugin name: the package and the folder. */
  name: string
  /** The stages that must be registered before this one, in order. */
  dependencies: Stage[]
  /** The stages that must not be registered yet. Default none. */
  before?: Stage[]
  /** Whether it may be registered twice in a scope. A stage with hooks may not, because they would run twice. Default false. */
  isRepeatable?: boolean
  plugin: (app: FastifyInstance, options: Options) => Promise<void>
}

/**
 * Makes the plugin of a stage. Its hooks apply to the scope in which it is registered. Registration fails with
 * `STAGE_ORDER_INVALID` if an earlier stage is missing or if the stage would run twice. Fastify's own `dependencies` detects
 * only the former, and does not suggest a fix.
 */
export function defineStage<Options extends object> (definition: StageDefinition<Options>): FastifyPluginAsync<Options> {
  const { stage, name, dependencies, before = [], isRepeatable = false, plugin } = definition
  return definePlugin<Options>(name, async (app, options) => {
    const missing = dependencies.filter((dependency) => !hasStage(app, dependency))
    if (missing.length > 0) {
      throw new StageOrderInvalid(`${stage} needs ${list(missing)} before it. Register the stages in this ` +
        `order: ${[...dependencies, stage].map((step) => `app.register(${step}, { ... })`).join(', ')}.`)
    }
    const late = before.filter((other) => hasStage(app, other))
    if (late.length > 0) throw new StageOrderInvalid(`${stage} must be registered before ${list(late)}.`)
    if (!isRepeatable && hasStage(app, stage)) {
      throw new StageOrderInvalid(`${stage} is already registered, in this scope or in a parent scope, and would run ` +
        'twice. Register it once, or register each gateway in its own scope: app.register(async (scope) => { ... }).')
    }
    if (!hasStage(app, stage)) app.decorate(mark(stage), true)
    await plugin(app, options)
  })
}

/** Whether a stage is registered in a scope, or in one around it. */
export function hasStage (app: FastifyInstance, stage: Stage): boolean {
  return app.hasDecorator(mark(stage))
}

/** The decorator that marks a stage as registered. It is visible in the stage's scope and child scopes, not in siblings. */
function mark (stage: Stage): symbol {
  return Symbol.for(`fastify-version-gateway.${stage}`)
}

function list (names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names)
}
