import { readdir, readFile } from 'node:fs/promises'
import { Linter } from 'eslint'
import t from 'tap'
import ts from 'typescript'
import { project } from './helpers/project.ts'

const { ScriptTarget, transpile } = ts

// Tests of the lint rule `gateway/internals`, which allows access to Node internals only in certain folders.

const { default: gateway } = await import(new URL('eslint-rules.js', project).href)

/** @returns the messages of the rule for this code */
function problems (code: string): string[] {
  return new Linter().verify(code, [{ plugins: { gateway }, rules: { 'gateway/internals': 'error' } }]).map(({ message }) => message)
}

for (const [code, name] of [
  ['socket._handle', '_handle'],
  ["socket['_handle']", '_handle'],
  ['socket[`_handle`]', '_handle'],
  ['socket?._httpMessage', '_httpMessage'],
  ['const { _httpMessage } = socket', '_httpMessage'],
  ['const { assignSocket } = response', 'assignSocket'],
  ['response.assignSocket(socket)', 'assignSocket'],
  ['Object.getOwnPropertySymbols(server)', 'getOwnPropertySymbols'],
  ["server.removeAllListeners('upgrade')", 'removeAllListeners'],
  ['connect({ onread: {} })', 'onread'],
  ["import { Socket } from 'node:net'; Socket.prototype.write", 'Socket.prototype'],
  ["import net from 'node:net'; net.Socket.prototype.write", 'Socket.prototype'],
  ["Object.defineProperty(socket, '_handle', {})", '_handle'],
  ["Object.getOwnPropertyDescriptor(socket, '_handle')", '_handle'],
  ["Reflect.get(socket, '_handle')", '_handle'],
  ["Reflect.set(socket, '_handle', null)", '_handle'],
  ['Object.assign(socket, { _handle: null })', '_handle']
] as const) {
  t.test(`lint rejects an internal member: ${code}`, async (t) => {
    t.strictSame(problems(code), [`\`${name}\` is internal to Node or Fastify. Use a public API, or move this to lib/server or lib/memory.`])
  })
}

for (const [code, name] of [
  ['socket.write = () => {}', 'write'],
  ["socket['write'] = () => {}", 'write'],
  ['this.socket.push = () => {}', 'push'],
  ["Object.defineProperty(socket, 'write', { value () {} })", 'write'],
  ["Reflect.set(response, 'end', () => {})", 'end'],
  ['Object.assign(response, { end () {} })', 'end']
] as const) {
  t.test(`lint rejects the replacement of a method: ${code}`, async (t) => {
    t.strictSame(problems(code), [
      `Replacing \`${name}\` changes an object of Node or Fastify. Use a public API, or move this to lib/server or lib/memory.`
    ])
  })
}

for (const code of [
  "socket.write('x')",
  'this.end = () => {}',
  "Object.defineProperty(error, 'message', { value: '' })",
  "Reflect.get(zlib, 'ZstdDecompress')",
  'Object.assign(error, { code: 1 })',
  'const _unused = 1',
  'Reflect.set(target, end, value)',
  'class Own extends Duplex { _write () {} }',
  "import { Own } from './own.ts'; Own.prototype.write"
]) {
  t.test(`lint accepts ${code}`, async (t) => {
    t.strictSame(problems(code), [])
  })
}

for (const folder of ['lib/server', 'lib/memory']) {
  const files = (await readdir(new URL(folder, project), { recursive: true })).filter((file) => file.endsWith('.ts'))
  for (const file of files) {
    const source = await readFile(new URL(`${folder}/${file}`, project), 'utf8')
    if (problems(transpile(source, { target: ScriptTarget.ESNext })).length === 0) continue
    t.test(`${folder}/${file} documents what it touches, what that gains, what happens without it, and whether it can be turned off`, async (t) => {
      for (const part of [/\btouches: /i, /\bgains: /i, /\bwithout /i, /`compatibility`/]) t.match(source, part)
    })
  }
}
