import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'

/**
 * Prepares the declarations that tsc has written. Those that no entry point needs are removed. The others get a copy for
 * CommonJS, because TypeScript takes the format of a module from the extension of its declarations.
 *
 * @param {string} folder
 * @param {readonly string[]} entries declarations of the entry points
 */
export async function prepareDeclarations (folder, entries) {
  const needed = await reachable(new Set(entries.map((entry) => resolve(entry))))
  const files = (await readdir(folder, { recursive: true })).map((file) => resolve(folder, file))
  const isNeeded = (file) => needed.has(file.replace(/\.map$/, ''))
  await Promise.all([
    ...files.filter((file) => /\.d\.ts(\.map)?$/.test(file) && !isNeeded(file)).map((file) => rm(file)),
    ...Array.from(needed, ([file, text]) => copyForCommonJs(file, text))
  ])
}

/** The declarations that a set of declarations imports, directly or not, with their texts. */
async function reachable (files) {
  const texts = new Map()
  // The loop also visits the files that are added in it.
  for (const file of files) {
    const text = await readFile(file, 'utf8')
    texts.set(file, text)
    for (const { fileName } of relativeImports(text)) files.add(join(dirname(file), declarationOf(fileName)))
  }
  return texts
}

function relativeImports (text) {
  return ts.preProcessFile(text).importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
}

function declarationOf (specifier) {
  return specifier.replace(/\.(js|ts)$/, '.d.ts')
}

async function copyForCommonJs (file, text) {
  const toCommonJs = (name) => name.replace(/\.d\.ts\b/, '.d.cts')
  let copy = text
  // From the end, so that the positions of the earlier ones stay valid.
  for (const { fileName, pos } of relativeImports(text).reverse()) {
    const start = copy.indexOf(fileName, pos)
    copy = copy.slice(0, start) + fileName.replace(/\.(js|ts)$/, '.cjs') + copy.slice(start + fileName.length)
  }
  const map = JSON.parse(await readFile(`${file}.map`, 'utf8'))
  await Promise.all([
    writeFile(toCommonJs(file), copy.replace(/(?<=# sourceMappingURL=).+/, toCommonJs)),
    writeFile(`${toCommonJs(file)}.map`, JSON.stringify({ ...map, file: toCommonJs(map.file) }))
  ])
}
