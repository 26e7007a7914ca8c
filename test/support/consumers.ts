/** The consumers of docs/consume as processes, in TypeScript, Python and Java, with what they need installed once. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const FOLDER = 'docs/consume'
const CACHE = join('node_modules', '.cache')
const PYTHON = join(CACHE, 'consume-python')
const JARS = join(CACHE, 'consume-java')

export type Language = 'TypeScript' | 'Python' | 'Java'

/** What a language needs, fetched by its own package manager where it is not there yet. */
const INSTALL: Readonly<Record<Language, () => Promise<void>>> = {
  TypeScript: () => Promise.resolve(),
  Python: async () => {
    if (existsSync(join(PYTHON, 'lib'))) return
    await run('python3', ['-m', 'venv', PYTHON])
    await run(join(PYTHON, 'bin/pip'), ['install', '-q', '-r', `${FOLDER}/requirements.txt`])
  },
  Java: async () => {
    if (existsSync(JARS)) return
    mkdirSync(CACHE, { recursive: true })
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(process.cwd(), JARS)}`]
    await run('mvn', ['-B', '-q', '-f', `${FOLDER}/pom.xml`, ...goal])
  },
}
const java = (file: string): string[] => ['java', '-cp', `${JARS}/*`, `${FOLDER}/${file}`]
const COMMAND: Readonly<Record<Language, readonly string[]>> = {
  TypeScript: [process.execPath, `${FOLDER}/consume.ts`],
  Python: [join(PYTHON, 'bin/python'), `${FOLDER}/consume.py`],
  Java: java('Consume.java'),
}

export const install = (): Promise<unknown> =>
  Promise.all(Object.values(INSTALL).map((one) => one()))

export interface Place {
  readonly BROKERS: string
  readonly REGISTRY: string
}
export interface Consumer {
  /** What it has printed, a record each. */
  readonly lines: () => readonly Readonly<Record<string, unknown>>[]
  /** What it said on stderr. */
  readonly said: () => string
  /** Asks it to end; resolves when it has. */
  readonly end: () => Promise<void>
}

export const startConsumer = (language: Language, topic: string, place: Place): Consumer => {
  const [command = '', ...args] = COMMAND[language]
  const child = spawn(command, [...args, topic, `consume-${language}`], {
    env: { ...process.env, ...place },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  let [text, said] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part
  })
  return {
    // kafkajs logs in JSON on stdout too: records have an id.
    lines: () =>
      text
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.includes('"eventId"'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    said: () => said,
    end: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Runs the producer of docs/consume, in Java: a run that starts and fails, observed at the end at `at`. */
export const produceInJava = async (prefix: string, at: number, place: Place): Promise<void> => {
  const [command = '', ...args] = java('Produce.java')
  await run(command, [...args, prefix, String(at)], { env: { ...process.env, ...place } })
}
