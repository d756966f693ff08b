import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/**
 * The layers of `lib`, lowest first. A file imports files of its own folder and of lower layers. Entries of one layer do not
 * import each other. A file belongs to the longest entry that its path starts with.
 */
const layers = [
  ['shared', 'memory'],
  ['errors.ts', 'config/normalize'],
  ['http'],
  ['server/upstream', 'server/count-body.ts'],
  ['problems', 'identity', 'transport'],
  ['routes'],
  ['registry'],
  ['stage'],
  ['config'],
  ['server'],
  ['proxy-versions/upstream-remedies.ts', 'proxy-versions/in-flight'],
  ['proxy-versions/upstream-errors.ts', 'proxy-versions/header-edits.ts'],
  ['proxy-versions/upstream', 'proxy-versions/request'],
  ['proxy-versions/response', 'proxy-versions/changes.ts'],
  ['proxy-versions/route-headers.ts'],
  ['proxy-versions/route.ts', 'proxy-versions/foreign-route.ts'],
  ['proxy-versions/mirror', 'proxy-versions/upgrade'],
  ['proxy-versions/mount.ts'],
  ['proxy-versions/exchange', 'proxy-versions/guard-request.ts'],
  ['verify-identity/keys', 'resolve-version/decide', 'resolve-version/resolvers', 'resolve-version/explain'],
  ['sanitize-headers', 'match-route', 'verify-identity', 'resolve-version', 'proxy-versions', 'version-discovery'],
  ['limits'],
  ['external-checks'],
  ['observe', 'admin', 'testing'],
  ['define-versions.ts', 'cors-headers.ts', 'http-proxy-options.ts'],
  ['version-gateway.ts'],
  ['index.ts'],
  ['standalone']
]
/** A stage imports no other stage: it reads what earlier ones wrote on the request. */
const stages = new Set(['sanitize-headers', 'match-route', 'verify-identity', 'resolve-version', 'proxy-versions', 'version-discovery'])

const entries = layers
  .flatMap((names, level) => names.map((name) => ({ name, level })))
  .sort((one, other) => other.name.length - one.name.length)

/** Imports point down the layers. */
const layered = {
  meta: { type: 'problem', messages: { upward: '{{ from }} must not import {{ to }}: imports point down the layers in eslint-rules.js.' } },
  create: (context) => onImports(context, (node, file, target) => {
    const [from, to] = [entryOf(file), entryOf(target)]
    const isOtherStage = stages.has(folderOf(target)) && stages.has(folderOf(file)) && folderOf(file) !== folderOf(target)
    if (to === undefined || (!isOtherStage && (from?.name === to.name || from?.level > to.level))) return
    context.report({ node, messageId: 'upward', data: { from: from?.name ?? file, to: to.name } })
  })
}

/** No import leads back to its file, not even an import of types. */
const acyclic = {
  meta: { type: 'problem', messages: { cycle: 'This import leads back here: {{ way }}' } },
  create: (context) => onImports(context, (node, file, target) => {
    const way = wayTo(file, target)
    if (way !== null) context.report({ node, messageId: 'cycle', data: { way: way.join(' -> ') } })
  })
}

/** Members of Node's objects that are private or undocumented, or that remove what Node itself has added. */
const internalMembers = new Set([
  'assignSocket', 'detachSocket', 'getOwnPropertySymbols', 'onread', 'removeAllListeners', 'shouldUpgradeCallback'
])
/** Methods of streams, servers, responses and replies. Replacing one changes an object that belongs to Node or Fastify. */
const methods = new Set(['close', 'destroy', 'emit', 'end', 'pause', 'push', 'read', 'resume', 'send', 'write', 'writeHead'])
/** Modules whose classes belong to others. */
const foreign = /^(node:|fastify$|undici$)/

/** Internals of Node and Fastify are only touched in the folders that say what happens without them. */
const internals = {
  meta: {
    type: 'problem',
    messages: {
      member: '`{{ name }}` is internal to Node or Fastify. Use a public API, or move this to lib/server or lib/memory.',
      replaced: 'Replacing `{{ name }}` changes an object of Node or Fastify. Use a public API, or move this to lib/server or lib/memory.'
    }
  },
  create: (context) => {
    const imported = new Set()
    const check = (node, name) => {
      if (isInternal(name)) context.report({ node, messageId: 'member', data: { name } })
    }
    const checkReplaced = (node, name) => {
      if (methods.has(name)) context.report({ node, messageId: 'replaced', data: { name } })
    }
    return {
      ImportDeclaration ({ source, specifiers }) {
        if (foreign.test(source.value)) for (const { local } of specifiers) imported.add(local.name)
      },
      MemberExpression (node) {
        const { object } = node
        const name = nameOf(node.property)
        check(node, name)
        if (name !== 'prototype' || !imported.has((object.object ?? object).name)) return
        context.report({ node, messageId: 'member', data: { name: `${nameOf(object.property ?? object)}.prototype` } })
      },
      Property ({ key, parent }) {
        if (parent.type === 'ObjectPattern' || key.name === 'onread') check(key, nameOf(key))
      },
      AssignmentExpression ({ left }) {
        if (left.type === 'MemberExpression' && left.object.type !== 'ThisExpression') checkReplaced(left, nameOf(left.property))
      },
      CallExpression ({ callee, arguments: [, argument] }) {
        if (argument === undefined || !/^(Object|Reflect)$/.test(callee.object?.name)) return
        const isWrite = /^(assign|defineProperty|set)$/.test(callee.property.name)
        const names = argument.properties?.map(({ key }) => nameOf(key)) ?? [argument.type === 'Identifier' ? undefined : nameOf(argument)]
        for (const name of names) {
          check(argument, name)
          if (isWrite) checkReplaced(argument, name)
        }
      }
    }
  }
}

/** The name that a member, a key or an argument stands for; `undefined` if only the running program knows it. */
function nameOf (node) {
  return node?.name ?? node?.value ?? node?.quasis?.[0].value.cooked
}

function isInternal (name) {
  return /^_[a-z]/i.test(name) || internalMembers.has(name)
}

export default { rules: { layered, acyclic, internals } }

function folderOf (file) {
  return file.split(sep)[0]
}

function entryOf (file) {
  return entries.find(({ name }) => file.startsWith(name))
}

/** Calls back with the paths below `lib` of each file that imports another one there. */
function onImports (context, check) {
  const lib = join(context.cwd, 'lib')
  const file = relative(lib, context.filename)
  const visit = (node) => {
    if (node.source?.value?.startsWith?.('.')) check(node, file, relative(lib, join(dirname(context.filename), node.source.value)))
  }
  imports ??= readImports(lib)
  return { ImportDeclaration: visit, ExportNamedDeclaration: visit, ExportAllDeclaration: visit, ImportExpression: visit }
}

/** What each file imports, by path below `lib`. Read once for all files. */
let imports

function readImports (lib) {
  const files = readdirSync(lib, { recursive: true }).filter((file) => file.endsWith('.ts') && !file.startsWith(join('admin', 'page')))
  return new Map(files.map((file) => {
    const specifiers = readFileSync(join(lib, file), 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g)
    const targets = Array.from(specifiers, ([, specifier]) => join(dirname(file), specifier))
    return [file, targets.filter((target) => existsSync(join(lib, target)))]
  }))
}

/** Returns the shortest way over imports from a file to another, or `null`. */
function wayTo (goal, start) {
  const ways = [[start]]
  const seen = new Set([start])
  for (const way of ways) {
    const last = way.at(-1)
    if (last === goal) return way
    for (const next of imports.get(last) ?? []) {
      if (!seen.has(next)) ways.push([...way, next])
      seen.add(next)
    }
  }
  return null
}
