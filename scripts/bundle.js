import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { entryPoints, nameOf } from './entry-points.js'

const project = new URL('../', import.meta.url)
const entries = Object.fromEntries(Array.from(entryPoints, ([subpath, source]) => [nameOf(subpath), source]))

/**
 * Builds the package. Each entry point is a CommonJS file, and a module that imports this file: an app that both requires and
 * imports the package has one copy of it, with one state.
 *
 * @param {string} folder
 */
export async function bundle (folder) {
  const input = { ...entries, main: 'lib/standalone/main.ts' }
  const core = await modulesOf('lib/index.ts')
  const codeSplitting = {
    groups: [
      // The hot path is in one file, because calls between files go through getters.
      { name: 'core', test: (id) => core.has(id), priority: 1 },
      ...['admin', 'observe'].map((name) => ({ name: `${name}-plugins`, test: new RegExp(`/lib/${name}/`) })),
      // `yaml` is loaded with the first YAML file.
      { name: 'gateway', test: /\/lib\/standalone\/(?!(index|main|run-gateway|yaml-\w+)\.ts)/ }
    ]
  }
  const [output] = await Promise.all([
    write(folder, input, { codeSplitting }),
    // A thread has its own copies, and needs only a few of the modules.
    write(folder, { 'parse-worker': 'lib/standalone/parse-worker.ts' }),
    cp(new URL('lib/admin/page', project), join(folder, 'page'), { recursive: true, filter: (file) => !file.endsWith('.json') })
  ])
  refuseImportedEntries(output)
  const chunks = output.filter(({ isEntry, name }) => isEntry && Object.hasOwn(entries, name))
  await Promise.all(chunks.map(({ name, exports }) => writeFile(join(folder, `${name}.js`), moduleOf(name, exports))))
}

/** An entry that is imported would also run: the program would start whenever another entry point is loaded. */
function refuseImportedEntries (output) {
  const entryFiles = new Set(output.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName))
  for (const { fileName, imports = [] } of output) {
    const imported = imports.find((each) => entryFiles.has(each))
    if (imported !== undefined) throw new Error(`${fileName} imports the entry ${imported}. Change the groups of code splitting.`)
  }
}

/** The modules that a source file imports, directly or not. */
async function modulesOf (file) {
  const { output: [{ moduleIds }] } = await (await rolldown(inputOptions(file))).generate()
  return new Set(moduleIds)
}

async function write (folder, input, options = {}) {
  const { output } = await (await rolldown(inputOptions(input))).write({
    ...options,
    dir: folder,
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    // `import()` does not work in Jest.
    dynamicImportInCjs: false,
    sourcemap: true,
    // The package contains its sources.
    sourcemapExcludeSources: true
  })
  return output
}

function inputOptions (input) {
  return {
    input,
    cwd: fileURLToPath(project),
    platform: 'node',
    tsconfig: false,
    external: /^[^./]/,
    treeshake: { moduleSideEffects: false },
    plugins: [lazyRequire],
    onLog (_level, log) { throw new Error(log.message) }
  }
}

const creation = 'const require = createRequire(import.meta.url)'

/** Modules create the function that loads packages later. CommonJS has it already, and bundlers of apps know it. */
const lazyRequire = {
  name: 'lazy-require',
  transform: {
    filter: { code: creation },
    // As long as before, so that source maps need no correction.
    handler: (code) => ({ code: code.replace(creation, ' '.repeat(creation.length)), map: null })
  }
}

/** A module with the exports of a CommonJS file, which Node and bundlers need as a list. */
function moduleOf (name, names) {
  const named = names.filter((each) => each !== 'default')
  return [
    `import entry from './${name}.cjs'`,
    ...names.includes('default') ? ['export default entry.default'] : [],
    `export const { ${named.join(', ')} } = entry`,
    ''
  ].join('\n')
}
