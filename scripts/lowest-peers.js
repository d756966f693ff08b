// Prints what to install for the tests with the lowest versions of all peers:
// npm install --prefix folder $(node scripts/lowest-peers.js)
import { readFileSync } from 'node:fs'

const { dependencies, peerDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

// `^9.0.0 || ^10.0.0` begins with the lowest version.
const lowest = Object.entries(peerDependencies).map(([name, range]) => `${name}@${/[\d.]+/.exec(range)[0]}`)
// The library's own packages would otherwise be those of the peers.
const own = Object.entries(dependencies).map(([name, range]) => `${name}@${range}`)
console.log([...lowest, ...own].join(' '))
