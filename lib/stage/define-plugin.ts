import type {
  FastifyBaseLogger, FastifyInstance, FastifyPluginAsync, FastifyTypeProviderDefault, RawServerDefault
} from 'fastify'
import fp from 'fastify-plugin'
import { PackageDuplicated } from '../errors.ts'
import { explainCopies, madeHere, otherCopy } from '../shared/copy.ts'

/** Makes a plugin that applies to the scope in which it is registered, and to no app that has plugins of another copy of this package. */
export function definePlugin<Options extends object> (
  name: string, plugin: (app: FastifyInstance, options: Options) => Promise<void>
): FastifyPluginAsync<Options> {
  const register: FastifyPluginAsync<Options> = async (app, options) => {
    refuseOtherCopies(app)
    await plugin(app, options)
  }
  return fp<Options, RawServerDefault, FastifyTypeProviderDefault, FastifyBaseLogger, FastifyPluginAsync<Options>>(register, { name, fastify: '5.x' })
}

/** Names the plugin of a scope. Without a name, `app.printPlugins()`, errors and traces show its source text. */
export function named<Plugin extends FastifyPluginAsync> (name: string, plugin: Plugin): Plugin {
  return Object.defineProperty(plugin, 'name', { value: `fastify-version-gateway/${name}` })
}

/**
 * Takes a server for this copy of the package. Two copies would each see half of a request: one would verify the token, and the
 * other would forward the request without an identity.
 *
 * @throws `PACKAGE_DUPLICATED`
 */
export function refuseOtherCopies ({ server }: FastifyInstance): void {
  const other = otherCopy(server)
  if (other !== null) throw new PackageDuplicated(explainCopies(other))
  Object.assign(server, madeHere)
}
