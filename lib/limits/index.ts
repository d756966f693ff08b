export { rateLimits } from './plugin.ts'
export { redisStore } from './redis-store.ts'
export type * from '../../types/limits.ts'
