import { parentPort } from 'node:worker_threads'
import type { Path } from '../problems/config-problems.ts'
import { parseYamlFile, type YamlFile } from './yaml-file.ts'

type Message = readonly Path[] | { text: string, environment: NodeJS.ProcessEnv }

// The program of the thread that `parseInThread` starts: it gets a text first, and then lists of paths to locate.
let file: YamlFile
parentPort!.on('message', (message: Message) => {
  if ('text' in message) {
    file = parseYamlFile(message.text, message.environment)
    const { value, problems, problemCount, broken, substitutions } = file
    parentPort!.postMessage({ value, problems, problemCount, broken, substitutions })
  } else {
    parentPort!.postMessage(message.map((path) => file.locate(path)))
  }
})
