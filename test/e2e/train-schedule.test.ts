/** `stopline train --every` as a process that is left alone: a model is put into service, kept, and the process stops when told. */

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { currentOf, versionsOf } from '../../runtime/models/registry.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { PULLS_HEADER, trainablePulls } from '../support/trainable-pulls.ts'

const MAIN = join(import.meta.dirname, '../../cli/main.ts')
const TIMEOUT_MS = 900_000
/** Some seconds, in hours. */
const SOON = '0.0005'

it(
  'puts a model into service where it is better, keeps it where nothing is new, outlives a bad day, and stops when told',
  async () => {
    const [recorded, models] = [temporaryFolder(), temporaryFolder()]
    const temporary = temporaryFolder()
    const file = join(recorded, 'pulls.csv')
    writeFileSync(file, trainablePulls(3_000))
    const options = ['--from', recorded, '--models', models, '--every', SOON, '--quick']
    const child = spawn(process.execPath, [MAIN, 'train', 'merge-time', ...options], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [said, complained] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const rounds = (): string[] => said.match(/^merge-time .*(?=\n)/gm) ?? []
    const until = async (isThere: () => boolean): Promise<void> => {
      const limit = Date.now() + TIMEOUT_MS / 2
      while (!isThere()) {
        expect(child.exitCode, complained).toBeNull()
        expect(Date.now(), `${said}${complained}`).toBeLessThan(limit)
        await sleep(100)
      }
    }
    try {
      await until(() => rounds().length >= 2)
      const [first = '', second = ''] = rounds()
      expect(first).toContain('now in service')
      expect(second).toContain('not put into service')
      const version = currentOf(models, 'merge-time')?.version ?? ''
      expect(versionsOf(models, 'merge-time')).toEqual([version])
      const card = readFileSync(join(models, 'merge-time', version, 'card.md'), 'utf8')
      expect(card).toContain("the community's own")

      // Nothing to train on for a while: what is in service stays, and the schedule goes on.
      writeFileSync(file, `${PULLS_HEADER}\n`)
      await until(() => complained.includes('not trained'))
      expect(currentOf(models, 'merge-time')?.version).toBe(version)

      // More is heard: another version, put into service only if it says so.
      writeFileSync(file, trainablePulls(4_000))
      const isOther = (line: string): boolean => !line.startsWith(`merge-time ${version}:`)
      await until(() => rounds().some(isOther))
      const [, other = ''] = /^merge-time (\S+):/.exec(rounds().find(isOther) ?? '') ?? []
      const isPromoted = (rounds().find(isOther) ?? '').includes('now in service')
      expect(currentOf(models, 'merge-time')?.version).toBe(isPromoted ? other : version)
      expect(versionsOf(models, 'merge-time').toSorted()).toEqual([version, other].toSorted())
    } finally {
      child.kill('SIGTERM')
    }
    expect(await ended).toBe(0)
    expect(readdirSync(temporary).filter((name) => name.startsWith('stopline-train'))).toEqual([])
  },
  TIMEOUT_MS,
)
