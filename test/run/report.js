import { stringify } from 'yaml'

/** A line of progress is printed after this many files if the output is not a terminal. */
const filesPerLine = 25

/** Prints progress while the tests run and a summary at the end. */
export class Report {
  #started = performance.now()
  #files
  #finished = 0
  #passed = 0
  #skipped = 0
  /** Why tests were skipped. */
  #reasons = new Set()
  /** One line per failure. */
  #failures = []

  /** @param {number} files how many will run */
  constructor (files) {
    this.#files = files
  }

  /** A test has ended. Its assertions do not count here. */
  add ({ ok, skip, todo }) {
    const reason = skip || todo
    if (reason) {
      this.#skipped++
      this.#reasons.add(reason)
    } else if (ok) this.#passed++
    this.#showProgress()
  }

  /** An assertion has failed. */
  fail ({ fullname, diag }) {
    const { at, ...details } = diag ?? {}
    this.#addFailure(at === undefined ? fullname : `${at.fileName}:${at.lineNumber}  ${fullname}`, stringify(details))
  }

  /** A process has ended without a result that explains it. */
  crash (file, reason) {
    this.#addFailure(`${file}: ${reason}`, '')
  }

  /** A test file has ended. */
  finish () {
    this.#finished++
    if (process.stdout.isTTY) this.#showProgress()
    else if (this.#finished % filesPerLine === 0) this.print(`${this.#progress} (${this.#seconds} s)`)
  }

  print (text) {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
    console.log(text)
  }

  /** @returns {boolean} whether all tests have passed */
  summarize () {
    const failed = this.#failures.length
    this.print(`\n${this.#seconds} s`)
    for (const failure of this.#failures) this.print(`✖ ${failure}`)
    for (const reason of this.#reasons) this.print(`skipped: ${reason}`)
    this.print(`${this.#passed} passed, ${failed} failed${this.#skipped > 0 ? `, ${this.#skipped} skipped` : ''}`)
    return failed === 0 && this.#passed > 0
  }

  get #progress () {
    return `${String(this.#finished).padStart(String(this.#files).length)} of ${this.#files} files, ${this.#passed} tests passed`
  }

  get #seconds () {
    return Math.round((performance.now() - this.#started) / 1000)
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
