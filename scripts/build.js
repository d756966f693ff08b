// npm run build: writes what the package contains to `dist`.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.js'
import { prepareDeclarations } from './declarations.js'
import { entryPoints } from './entry-points.js'

const folder = 'dist'
process.chdir(fileURLToPath(new URL('../', import.meta.url)))
rmSync(folder, { recursive: true, force: true })
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', folder], { stdio: 'inherit' })
await prepareDeclarations(folder, Array.from(entryPoints.values(), (source) => `${folder}/${source.replace(/\.ts$/, '.d.ts')}`))
await bundle(folder)
