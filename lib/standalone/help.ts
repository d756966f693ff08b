import { type Command, help, type Option } from './command-line.ts'

const width = 80

type Row = readonly [term: string, description: string]

/** Describes the program and all of its commands. */
export function describeProgram (name: string, description: string, commands: Readonly<Record<string, Command>>): string {
  return page(`${name} [options] [command]`, description, {
    Options: [['-V, --version', 'output the version number'], optionRow(['help', help])],
    Commands: [
      ...Object.entries(commands).map(([command, definition]): Row => [`${command} ${usage(definition)}`, definition.description]),
      ['help [command]', 'display help for command']
    ]
  })
}

/** Describes a command. */
export function describeCommand (program: string, name: string, command: Command): string {
  const { description, file, options } = command
  const standard = file.default === undefined ? '' : ` (default: "${file.default}")`
  return page(`${program} ${name} ${usage({ ...command, options: { ...options, help } })}`, description, {
    Arguments: [['file', `${file.description}${standard}`]],
    Options: Object.entries({ ...options, help }).map(optionRow)
  })
}

function usage ({ file, options }: Command): string {
  return `${Object.keys(options).length === 0 ? '' : '[options] '}${file.default === undefined ? '<file>' : '[file]'}`
}

function optionRow ([name, { short, value, description }]: [string, Option]): Row {
  return [`${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`, description]
}

/** All sections have the same columns. */
function page (usage: string, description: string, sections: Readonly<Record<string, readonly Row[]>>): string {
  const column = Math.max(...Object.values(sections).flat().map(([term]) => term.length)) + 4
  const rows = (section: readonly Row[]): string[] => section.map(([term, text]) =>
    `  ${term}`.padEnd(column) + wrap(text, width - column).join(`\n${' '.repeat(column)}`))
  return [
    `Usage: ${usage}`,
    wrap(description, width).join('\n'),
    ...Object.entries(sections).map(([title, section]) => [`${title}:`, ...rows(section)].join('\n'))
  ].join('\n\n')
}

function wrap (text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
