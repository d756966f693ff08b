/**
 * Issuers that differ in one segment of the path, such as the tenants of Entra ID. They must share the keys of `jwks.url`,
 * because a key that does not name its `issuer` verifies the tokens of every accepted tenant.
 *
 * @example { template: 'https://login.microsoftonline.com/{tenantid}/v2.0', tenants: ['72f988bf-86f1-41af-91ab-2d7cd011db47'] }
 */
export interface IssuerTemplate {
  /** An http(s) URL with `{name}` as one segment of its path. */
  template: string
  /** The accepted values of that segment; `any` accepts every tenant, so check a claim of the tenant elsewhere. */
  tenants: readonly string[] | 'any'
}
