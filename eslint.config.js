import neostandard from 'neostandard'

/** What a folder of lib must not import, beside what everything may. */
function forbid (files, patterns, message) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] } }
}

const stages = ['sanitize-headers', 'verify-identity', 'resolve-version', 'proxy-versions', 'version-discovery']
const shared = ['config', 'http', 'identity', 'problems', 'registry', 'shared', 'stage']

export default [
  ...neostandard({ ts: true, ignores: neostandard.resolveIgnoresFromGitignore() }),
  {
    rules: {
      'n/prefer-node-protocol': 'error',
      '@stylistic/max-len': ['error', { code: 140, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
      'max-lines': ['error', 200]
    }
  },
  { files: ['lib/**'], rules: { 'max-lines-per-function': ['error', 40] } },
  // Texts of config files name variables of the environment: ${NAME} is what is tested there, no slip of a quote.
  { files: ['test/standalone/{config-file,schema,variables}.test.ts'], rules: { 'no-template-curly-in-string': 'off' } },
  // Merging into a generic interface repeats its type parameters, used or not.
  { files: ['types/fastify.ts'], rules: { '@typescript-eslint/no-unused-vars': 'off' } },
  forbid(['types/**'], ['**/lib/**'], 'Contracts know nothing of behaviour.'),
  forbid([`lib/{${shared.join()}}/**`, 'lib/{cors-headers,errors}.ts'], stages.map((stage) => `**/${stage}/**`),
    'What stages share knows no stage.'),
  ...stages.map((stage) => forbid([`lib/${stage}/**`], stages.filter((other) => other !== stage).map((other) => `**/${other}/**`),
    'A stage imports no other stage: it reads what earlier ones wrote on the request.'))
]
