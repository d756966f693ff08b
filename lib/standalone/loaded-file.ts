import type { ConfigFileOptions } from '../../types/config-file.ts'

/** A config file, without the sections that it sets to `false`. */
export type LoadedFile = Omit<ConfigFileOptions, Section> & { [Name in Section]?: Exclude<ConfigFileOptions[Name], false> }
export const sections = ['identity', 'sanitize', 'admin', 'limits', 'checks'] as const
type Section = typeof sections[number]
