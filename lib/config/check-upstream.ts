import { type Path, type Problems, show } from './problems.ts'

/** Checks that an upstream is an origin: scheme, host and port, nothing else. */
export function checkUpstream (problems: Problems, path: Path, upstream: string): void {
  const expected = (what: string, remedy: string): void => {
    problems.add(path, `expected ${what}, got ${show(upstream)}. ${remedy}`)
  }
  const url = /^https?:\/\/[^\s/]\S*$/i.test(upstream) && URL.canParse(upstream) ? new URL(upstream) : null

  if (url === null) {
    const isHost = /^[\w.-]+(:\d+)?$/.test(upstream) && URL.canParse(`http://${upstream}`)
    expected('an http(s) URL', isHost ? `Write 'http://${upstream}'.` : "Write scheme, host and port: 'http://10.0.0.15:30080'.")
  } else if (url.username !== '' || url.password !== '') {
    problems.add(path, `has credentials in it. Write '${url.origin}': callers' own credentials are passed on.`)
  } else if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    expected('a URL without a path', `Write '${url.origin}'; a path in front of every request is forward.rewritePrefix.`)
  }
}
