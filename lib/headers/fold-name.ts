/**
 * One spelling for all names that some server reads as the same header: lower case, and `_` and `.` as
 * `-`. CGI, WSGI, PHP and nginx fold names this way, so `X_Target.Version` reaches their applications as
 * `x-target-version` (CVE-2026-39858, CVE-2026-88011).
 */
export function foldName (name: string): string {
  return name.toLowerCase().replaceAll(/[_.]/g, '-')
}
