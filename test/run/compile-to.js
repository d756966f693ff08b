// node test/run/compile-to.js <folder>
import { compileTo } from './compile.js'

await compileTo(process.argv[2])
