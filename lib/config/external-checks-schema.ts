import type { SchemaObject } from 'ajv'
import { count, dispatcher, flag, headerName, list, object, oneOf, text } from './schema-builders.ts'

const names = list(headerName, 'a list of header names')

const check = object({
  name: text('a name'),
  url: text('an http(s) URL'),
  body: object({ maxBytes: count(1, 2 ** 30, 'bytes') }, ['maxBytes']),
  timeoutMs: count(1, 2 ** 31 - 1, 'milliseconds'),
  connections: count(1, 65_535, 'connections'),
  onError: oneOf('deny', 'allow'),
  mode: oneOf('enforce', 'observe'),
  forwardHeaders: names,
  copyHeaders: names,
  passResponse: flag,
  when: oneOf('all', 'route'),
  dispatcher
}, ['name', 'url'])

export const externalChecks: SchemaObject = list(check, 'a list of checks')

export const externalChecksSchema = object({ checks: externalChecks }, ['checks'])
