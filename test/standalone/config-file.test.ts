import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { readConfigFile } from '../../lib/standalone/config-file.ts'
import { lines, makeFolder } from '../helpers/config-folder.ts'

t.test('environment variables are substituted', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', lines(`
    port: \${PORT}
    host: \${HOST:-127.0.0.1}
    quoted: "\${PORT}"
    url: http://\${HOST:-localhost}:\${PORT}/a
    flag: \${FLAG:-true}
    literal: $\${PORT}
    listing: "\${LIST}"
  `))

  const { value, problems } = await readConfigFile(file, { PORT: '8081', LIST: '[a, b]' })

  t.strictSame(problems, [])
  t.strictSame(value, {
    port: '8081', host: '127.0.0.1', quoted: '8081', url: 'http://localhost:8081/a', flag: true, literal: '${PORT}', listing: '[a, b]'
  })
})

t.test('a variable cannot add structure to the file', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', 'a: ${A}\nb: ${B}\n')

  const { value } = await readConfigFile(file, { A: '{ admin: true }', B: 'x\nadmin: true' })

  t.strictSame(value, { a: '{ admin: true }', b: 'x\nadmin: true' })
})

t.test('every unset variable is reported with its position', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', 'a:\n  b: ${MISSING}\n  c: x${ALSO}\n')

  const { problems } = await readConfigFile(file, {})

  t.strictSame(problems, [
    { line: 2, column: 6, message: 'MISSING is not set. Set it, or write ${MISSING:-default}.' },
    { line: 3, column: 6, message: 'ALSO is not set. Set it, or write ${ALSO:-default}.' }
  ])
})

t.test('invalid YAML is reported with its position', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', 'a: 1\nb: [1, 2\nc: 3\n')

  const { problems, locate } = await readConfigFile(file, {})

  t.ok(problems.length > 0)
  t.ok(problems[0]!.line! >= 2)
  t.match(await locate([['a']]), [{ line: 1, column: 1 }])
})

t.test('a path is located at its property name, or at the nearest enclosing node', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.json', '{\n  "a": {\n    "list": [\n      { "b": 1 }\n    ]\n  }\n}\n')

  const { locate } = await readConfigFile(file, {})

  t.match(await locate([['a', 'list', 0, 'b']]), [{ line: 4, column: 9 }])
  t.match(await locate([['a', 'list', 0, 'missing']]), [{ line: 4, column: 7 }])
  t.match(await locate([['a', 'list', 7]]), [{ line: 3, column: 5 }])
  t.match(await locate([['a', 'list', 0, 'b', 'deeper']]), [{ line: 4, column: 9 }])
  t.match(await locate([[]]), [{ line: 1, column: 1 }])
})

t.test('an empty file has no value', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', '')

  const { value, locate } = await readConfigFile(file, {})

  t.equal(value, null)
  t.match(await locate([['versions']]), [{ line: 1, column: 1 }])
})

for (const [name, text] of [['gateway.ts', 'const port: number = 1\nexport default { port }'], ['gateway.js', 'export default { port: 1 }'], ['gateway.cjs', 'module.exports = { port: 1 }']] as const) {
  t.test(`${name} is loaded through its default export, without positions`, async (t) => {
    const { write } = await makeFolder(t)
    const file = await write(name, text)

    const { value, locate } = await readConfigFile(file, {})

    t.match(value, { port: 1 })
    t.match(await locate([['port']]), [{ line: null, column: null }])
  })
}

t.test('an unknown tag is reported with its position, because its text would become the value', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', 'admin: { password: !env ADMIN_PASSWORD }\nlist: [!Ref a]\n')

  const { problems } = await readConfigFile(file, {})

  t.match(problems, [
    { line: 1, column: 20, message: /^the tag !env is unknown\. Write \$\{NAME\} for a variable/ }, { line: 2, column: 8, message: /^the tag !Ref is unknown/ }
  ])
})

t.test('a file that is not UTF-8 is not read, because characters would be replaced', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', '')
  await writeFile(file, Buffer.from('prefix: /caf\xe9\n', 'latin1'))

  await t.rejects(readConfigFile(file, {}), { message: `${file} is not UTF-8. Save it in that encoding.` })
})
