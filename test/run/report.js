import { stringify } from 'yaml'

/** Prints progress while the tests run and a summary at the end. */
export class Report {
  #started = performance.now()
  #groups
  #finished = 0
  #passed = 0
  #skipped = 0
  /** One line per failure. */
  #failures = []

  /** @param {number} groups how many processes will run */
  constructor (groups) {
    this.#groups = groups
  }

  /** A test has ended. Its assertions do not count here. */
  add ({ ok, skip, todo }) {
    if (skip || todo) this.#skipped++
    else if (ok) this.#passed++
    this.#showProgress()
  }

  /** An assertion has failed. */
  fail ({ fullname, diag }) {
    const { at, ...details } = diag ?? {}
    this.#addFailure(at === undefined ? fullname : `${at.fileName}:${at.lineNumber}  ${fullname}`, stringify(details))
  }

  /** A process has ended without a result that says why. */
  crash (files, reason) {
    this.#addFailure(`${nameOf(files)}: ${reason}`, '')
  }

  /** A process has ended. */
  finish (files, seconds) {
    this.#finished++
    if (process.stdout.isTTY) this.#showProgress()
    else this.print(`${this.#progress}: ${nameOf(files)} (${seconds.toFixed(1)} s)`)
  }

  print (text) {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
    console.log(text)
  }

  /** @returns {boolean} whether all tests have passed */
  summarize () {
    const failed = this.#failures.length
    this.print(`\n${Math.round((performance.now() - this.#started) / 1000)} s`)
    for (const failure of this.#failures) this.print(`✖ ${failure}`)
    this.print(`${this.#passed} passed, ${failed} failed${this.#skipped > 0 ? `, ${this.#skipped} skipped` : ''}`)
    return failed === 0 && this.#passed > 0
  }

  get #progress () {
    return `${String(this.#finished).padStart(String(this.#groups).length)} of ${this.#groups} groups, ${this.#passed} tests passed`
  }

  #addFailure (name, details) {
    this.#failures.push(name)
    this.print(`✖ ${name}\n${details.replaceAll(/^(?=.)/gm, '    ')}`)
  }

  /** A terminal shows the progress in one line. */
  #showProgress () {
    if (process.stdout.isTTY) process.stdout.write(`\r${this.#progress}`)
  }
}

function nameOf (files) {
  return files.length === 1 ? files[0] : `${files[0]} and ${files.length - 1} more`
}
