import type {
  FastifyBaseLogger, FastifyInstance, FastifyPluginAsync, FastifyTypeProviderDefault, RawServerDefault
} from 'fastify'
import fp from 'fastify-plugin'
import { StageOrderInvalid } from '../errors.ts'

type Stage = 'sanitizeHeaders' | 'verifyIdentity' | 'resolveVersion' | 'proxyVersions'

interface StageDefinition<Options> {
  stage: Stage
  /** Plugin name: the package's and the folder's. */
  name: string
  /** The stages that must be registered before, in their order. */
  dependencies: Stage[]
  /** Whether it may be registered again in the same scope. A stage with hooks may not: they would run twice. */
  isRepeatable?: boolean
  plugin: (app: FastifyInstance, options: Options) => Promise<void>
}

/**
 * Makes the plugin of a stage. Its hooks reach the scope that it is registered in. It refuses to start
 * where a stage before it is missing or where it would run twice; Fastify's own `dependencies` notices
 * only the first, and does not say what to do.
 */
export function defineStage<Options extends object> (definition: StageDefinition<Options>): FastifyPluginAsync<Options> {
  const { stage, name, dependencies, isRepeatable = false, plugin } = definition

  const register: FastifyPluginAsync<Options> = async (app, options) => {
    const missing = dependencies.filter((dependency) => !app.hasDecorator(mark(dependency)))
    if (missing.length > 0) {
      throw new StageOrderInvalid(`${stage} needs ${list(missing)} before it. Register the stages in this ` +
        `order: ${[...dependencies, stage].map((step) => `app.register(${step}, { ... })`).join(', ')}.`)
    }
    if (!isRepeatable && app.hasDecorator(mark(stage))) {
      throw new StageOrderInvalid(`${stage} is registered already, here or in a scope around this one, and would run ` +
        'twice. Register it once, or give each gateway a scope of its own: app.register(async (scope) => { ... }).')
    }
    if (!app.hasDecorator(mark(stage))) app.decorate(mark(stage), true)
    await plugin(app, options)
  }
  return fp<Options, RawServerDefault, FastifyTypeProviderDefault, FastifyBaseLogger, FastifyPluginAsync<Options>>(register, { name, fastify: '5.x' })
}

/** Decorator that a registered stage leaves behind: seen in its scope and those inside, not beside it. */
function mark (stage: Stage): symbol {
  return Symbol.for(`fastify-version-gateway.${stage}`)
}

function list (names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names)
}
