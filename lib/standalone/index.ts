export { runGateway } from './run-gateway.ts'
export type * from '../../types/standalone.ts'
