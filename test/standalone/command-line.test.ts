import t from 'tap'
import { cli } from '../helpers/cli.ts'

t.test('help and version are printed', async (t) => {
  const [help, start, init] = [await cli('--help'), await cli('start', '--help'), await cli('init', '-h')]

  t.match(help, { code: 0, output: /^Usage: fastify-version-gateway \[options\] \[command\]\n.*\n {2}start \[options\] <file> {4}start a gateway; SIGHUP/s })
  t.ok([help, start].every(({ output }) => output.split('\n').every((line) => line.length <= 80)), 'lines fit a terminal')
  t.match(start, { code: 0, output: /^Usage: fastify-version-gateway start \[options\] <file>\n.*\n {2}-w, --watch {7}reload.*\n {2}--settle <ms> {5}read/s })
  t.match(init, { code: 0, output: /^Usage: .* init \[options\] \[file\]\n.*file to write \(default: "gateway.yaml"\)/s })
  t.equal((await cli('help')).output, help.output)
  t.equal((await cli('help', 'start')).output, start.output)
  t.match(await cli(), { code: 1, output: '', complaints: help.output })
  for (const option of ['--version', '-V']) t.match(await cli(option), { code: 0, output: /^\d+\.\d+\.\d+$/ })
})

t.test('an invalid command line is rejected with a suggestion', async (t) => {
  const wrong: Array<readonly [args: string[], complaint: RegExp]> = [
    [['strat'], /^error: unknown command 'strat'\n\(Did you mean start\?\)$/],
    [['help', 'strat'], /^error: unknown command 'strat'\n\(Did you mean start\?\)$/],
    [['deploy'], /^error: unknown command 'deploy'$/],
    [['constructor'], /^error: unknown command 'constructor'$/],
    [['--versoin'], /^error: unknown option '--versoin'\n\(Did you mean --version\?\)$/],
    [['start', '--wach', 'a.yaml'], /^error: unknown option '--wach'\n\(Did you mean --watch\?\)$/],
    [['start', '-x', 'a.yaml'], /^error: unknown option '-x'$/],
    [['start', 'a.yaml', '--settle'], /^error: .*--settle <value>' argument missing/],
    [['explain', 'a.yaml', '--json=2'], /^error: .*--json' does not take an argument/],
    [['validate'], /^error: missing required argument 'file'$/],
    [['validate', 'a.yaml', 'b.yaml'], /^error: too many arguments for 'validate'\. Expected 1 argument but got 2\.$/]
  ]

  for (const [args, complaint] of wrong) t.match(await cli(...args), { code: 1, output: '', complaints: complaint }, args.join(' '))
})
