/**
 * Returns the same spelling for all names that some servers treat as the same header: lower case, with `-` instead of `_` and
 * `.`. CGI, WSGI, PHP and nginx fold names this way, so their applications receive `X_Target.Version` as `x-target-version`
 * (CVE-2026-39858, CVE-2026-88011).
 */
export function foldName (name: string): string {
  return name.toLowerCase().replaceAll(/[_.]/g, '-')
}
