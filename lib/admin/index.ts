export { versionAdmin } from './plugin.ts'
export type * from '../../types/admin.ts'
