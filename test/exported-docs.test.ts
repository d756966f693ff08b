import { fileURLToPath } from 'node:url'
import t from 'tap'
import ts from 'typescript'
import { project } from './helpers/project.ts'

// Editors show these comments. TypeScript copies them to the declarations in `dist`.

const root = fileURLToPath(project)
const entries = ['', 'observe/', 'limits/', 'admin/', 'standalone/', 'testing/'].map((folder) => `lib/${folder}index.ts`)
const { fileNames, options } = ts.parseJsonConfigFileContent({ extends: './tsconfig.json', files: entries, include: [] }, ts.sys, root)
const program = ts.createProgram(fileNames, options)
const checker = program.getTypeChecker()
const exported = fileNames
  .flatMap((file) => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!))
  .map((symbol) => ({ name: symbol.name, target: (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol) }))

t.test('every export has a description', async (t) => {
  const without = exported.filter(({ target }) => target.getDocumentationComment(checker).length === 0)

  t.ok(exported.length > 50, `${exported.length} exports`)
  t.strictSame(without.map(({ name }) => name), [])
})

t.test('every value has an example', async (t) => {
  const values = exported.filter(({ target }) => (target.flags & ts.SymbolFlags.Value) !== 0)
  const without = values.filter(({ target }) => !target.getJsDocTags(checker).some((tag) => tag.name === 'example'))

  t.ok(values.length > 20, `${values.length} values`)
  t.strictSame(without.map(({ name }) => name), [])
})
