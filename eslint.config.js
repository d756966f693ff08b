import neostandard from 'neostandard'
import gateway from './eslint-rules.js'

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
  { files: ['test/standalone/{config-file,masks,schema,variables}.test.ts'], rules: { 'no-template-curly-in-string': 'off' } },
  // Merging into a generic interface repeats its type parameters, used or not.
  { files: ['types/fastify.ts'], rules: { '@typescript-eslint/no-unused-vars': 'off' } },
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/admin/page/**'],
    plugins: { gateway },
    rules: { 'gateway/layered': 'error', 'gateway/acyclic': 'error' }
  },
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/admin/page/**', 'lib/server/**', 'lib/memory/**'],
    plugins: { gateway },
    rules: { 'gateway/internals': 'error' }
  },
  {
    files: ['types/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: ['**/lib/**'], message: 'Contracts know nothing of behavior.' }] }] }
  }
]
