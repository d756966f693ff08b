import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { type Dockerfile, DockerfileParser, type JSONInstruction } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { intersects, minVersion, satisfies } from 'semver'
import t from 'tap'
import { plainEnvironment } from '../helpers/run-example.ts'
import { config, run } from '../helpers/standalone.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'
import { project } from '../helpers/project.ts'

const folder = new URL('examples/docker/', project)
const text = await readFile(new URL('Dockerfile', folder), 'utf8')
const file: Dockerfile = DockerfileParser.parse(text)
const json = async (url: URL) => JSON.parse(await readFile(url, 'utf8'))

/** Returns the arguments of the last instruction with this name, without the brackets of the exec form. */
function last (keyword: string): string[] {
  return file.getInstructions().filter((instruction) => instruction.getKeyword() === keyword).at(-1)!.getArguments().map(String)
}

/** Returns the words of an instruction in exec form. */
function words (instruction: JSONInstruction): string[] {
  if (instruction.getOpeningBracket() === null) throw new Error(`${instruction.getKeyword()} runs a shell`)
  return instruction.getJSONStrings().map((each) => JSON.parse(each.getValue()) as string)
}

t.test('the Dockerfile has no linter warnings', async (t) => {
  t.strictSame(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`), [])
  t.equal(validate(text.replace('HEALTHCHECK --interval', 'HEALTHCHECK --intervall')).length, 1, 'it does look')
})

t.test('the image has a supported Node.js version and installs the package with its peer dependencies', async (t) => {
  const { dependencies } = await json(new URL('package.json', folder))
  const { name, version, engines, peerDependencies } = await json(new URL('package.json', project))
  const images = file.getFROMs().map((from) => from.getImage()!)

  t.equal(new Set(images).size, 1, 'packages are installed and run with the same Node.js version')
  const [, node] = /^node:(\d+)-alpine$/.exec(images[0]!)!
  t.ok(satisfies(`${node}.99.0`, engines.node))
  t.ok(satisfies(version, dependencies[name]), 'it is not left behind')
  t.ok(intersects(dependencies.fastify, peerDependencies.fastify))
  t.ok(satisfies(minVersion(dependencies.fastify)!, peerDependencies.fastify))
})

t.test('all copied files exist', async (t) => {
  const stages = file.getFROMs().map((from) => from.getBuildStage())
  const names = await readdir(folder)
  const isThere = (source: string): boolean =>
    names.some((name) => new RegExp(`^${source.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name))

  for (const copy of file.getCOPYs()) {
    const from = copy.getFromFlag()?.getValue()
    const sources = copy.getArguments().slice(0, -1).map(String)
    if (from !== undefined) t.ok(stages.includes(from!), from!)
    else for (const source of sources) t.ok(isThere(source), source)
  }
})

t.test('the container runs as an unprivileged user, and the process receives signals directly', async (t) => {
  const { bin } = await json(new URL('package.json', project))
  const [program, script, ...rest] = words(file.getENTRYPOINTs()[0]!)
  const [user, group] = last('USER')[0]!.split(':').map(Number)

  t.equal(program, 'node')
  t.ok(Object.keys(bin).some((name) => script === `/app/node_modules/.bin/${name}`))
  t.strictSame(rest, [])
  t.strictSame(words(file.getCMDs().at(-1)!), ['start', '/etc/gateway/gateway.yaml'])
  t.ok(user! > 0 && group! > 0)
  t.strictSame(last('STOPSIGNAL'), ['SIGTERM'])
})

t.test('the health check agrees with /healthz', async (t) => {
  const { origin } = await run(t, config(await startUpstream(t, 'one')))
  const check = file.getHEALTHCHECKs()[0]!
  const code = JSON.parse(/CMD (\[.*\])/.exec(check.getRawArgumentsContent()!)![1]!) as string[]
  const [, ...args] = code
  const send = async (address: string) => {
    const { port } = new URL(address)
    return await promisify(execFile)(process.execPath, args, { env: { ...plainEnvironment(), PORT: port } })
  }

  t.strictSame(code.slice(0, 2), ['node', '-e'])
  await t.resolves(send(origin))
  await t.rejects(send(await deadOrigin()), { code: 1 })
  await t.rejects(send(await startUpstream(t, 'ill', (_request, response) => { response.writeHead(503).end() })), { code: 1 })
})
