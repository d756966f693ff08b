import { type Problems, show } from './problems.ts'

/** Checks that an upstream is an origin: scheme, host and port, nothing else. */
export function checkUpstream (problems: Problems, path: string, upstream: unknown): void {
  const wrong = (expected: string, remedy: string): void => {
    problems.add(path, `expected ${expected}, got ${show(upstream)}. ${remedy}`)
  }
  const url = typeof upstream === 'string' && URL.canParse(upstream) ? new URL(upstream) : null

  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    wrong('an http(s) URL', typeof upstream === 'string' && /^[\w.-]+(:\d+)?$/.test(upstream)
      ? `Write 'http://${upstream}'.`
      : "Write scheme, host and port: 'http://10.0.0.15:30080'.")
  } else if (url.username !== '' || url.password !== '') {
    problems.add(path, `has credentials in it. Write '${url.origin}': callers' own credentials are passed on.`)
  } else if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    wrong('a URL without a path', `Write '${url.origin}'; a path in front of every request is forward.rewritePrefix.`)
  }
}
