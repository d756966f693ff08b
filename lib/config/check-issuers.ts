import type { IdentityProvider, IssuerTemplate } from '../../types/index.ts'
import { doOverlap, exactIssuers, issuersOf, isTemplate, isTenant } from '../identity/issuers.ts'
import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'

/** The issuers found so far, and the provider of each. */
interface KnownIssuers {
  readonly exact: Map<string, Path>
  /** Templates that accept any tenant. */
  readonly templates: Array<{ template: string, provider: Path }>
}

/** Checks that every issuer belongs to one provider, because a token's `iss` selects its provider. */
export function checkIssuers (problems: Problems, path: Path, providers: readonly IdentityProvider[]): void {
  const taken: KnownIssuers = { exact: new Map(), templates: [] }
  providers.forEach((options, index) => {
    const provider = [...path, index]
    const place = [...provider, 'issuer']
    if (problems.isMisshapen(provider) || problems.isIncomplete(place)) return
    const { issuer } = options
    issuersOf(issuer).forEach((each, at) => {
      const own = Array.isArray(issuer) ? [...place, at] : place
      if (typeof each === 'string' ? isExact(problems, own, each) : isUsable(problems, own, each)) take(problems, own, provider, each, taken)
    })
  })
}

function isExact (problems: Problems, path: Path, issuer: string): boolean {
  if (!/[{}]/.test(issuer)) return true
  problems.add(path, `${show(issuer)} is a template, so no token has it as its 'iss'. Write { template: ${show(issuer)}, tenants: ['...'] }, ` +
    "or tenants: 'any' to accept every tenant.")
  return false
}

function isUsable (problems: Problems, path: Path, { template, tenants }: IssuerTemplate): boolean {
  if (!isTemplate(template)) {
    problems.add([...path, 'template'], `expected an http(s) URL with one placeholder as a full segment of its path, got ${show(template)}. ` +
      "Write it as 'https://login.microsoftonline.com/{tenantid}/v2.0'.")
    return false
  }
  const odd = tenants === 'any' ? [] : tenants.flatMap((tenant, index) => isTenant(tenant) ? [] : [index])
  for (const index of odd) {
    problems.add([...path, 'tenants', index], `${show(tenants[index])} is not a single path segment. Write the tenant as it appears in the 'iss' of its tokens.`)
  }
  return odd.length === 0
}

function take (problems: Problems, path: Path, provider: Path, issuer: string | IssuerTemplate, { exact, templates }: KnownIssuers): void {
  const all = exactIssuers(issuer)
  if (all === null) {
    const { template } = issuer as IssuerTemplate
    const rival = templates.find((other) => doOverlap(other.template, template))
    if (rival !== undefined) refuse(problems, path, provider, template, rival.provider)
    templates.push({ template, provider })
    return
  }
  const twin = all.find((each) => exact.has(each))
  if (twin !== undefined) refuse(problems, path, provider, twin, exact.get(twin)!)
  for (const each of all) if (!exact.has(each)) exact.set(each, provider)
}

function refuse (problems: Problems, path: Path, provider: Path, issuer: string, other: Path): void {
  problems.add(path, provider.join() === other.join()
    ? `${show(issuer)} is listed twice. Remove one of them.`
    : `${show(issuer)} is already used by ${showPath(other)}. A token's 'iss' selects its provider, so merge the two.`)
}
