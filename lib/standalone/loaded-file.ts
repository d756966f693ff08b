import type { ConfigFileOptions } from '../../types/index.ts'
import type { Files } from './files.ts'

/** A config file, without the sections that it sets to `false`. */
export type LoadedFile = Omit<ConfigFileOptions, Section> & { [Name in Section]?: Exclude<ConfigFileOptions[Name], false> }
export const sections = ['identity', 'sanitize', 'admin'] as const
type Section = typeof sections[number]

/** The folder of relative file names, and the reader of files. */
export interface Reading {
  readonly folder: string
  readonly files: Files
}
