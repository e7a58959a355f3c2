import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
const read = (path: string) => readFileSync(join(root, path), 'utf8')

describe('the repository', () => {
  it('tracks no model, picture or clip', () => {
    expect(tracked.filter((path) => /\.(jpe?g|onnx|tflite|task|y4m|mjpeg|mp4|webm|bin|wasm)$/i.test(path))).toEqual([])
  })

  it('names no registry host in the lock file', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": *"http/)
  })

  it('pins MediaPipe to 0.10.35: later builds send metrics', () => {
    expect(JSON.parse(read('package.json')).devDependencies['@mediapipe/tasks-vision']).toBe('0.10.35')
  })

  it("runs nothing on a user's npm install", () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    for (const hook of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])
      expect(scripts).not.toHaveProperty(hook)
  })

  it('makes no claim that must not be made (L30)', () => {
    const prose = tracked.filter((path) =>
      /^(README|SECURITY|CONTRIBUTING|CHANGELOG|models\/README)\.md$|^docs\/.*\.md$|^demo\/.*\.html$/.test(path),
    )
    expect(prose.length).toBeGreaterThan(3)
    const claims =
      /\b(anonym(ous|ised|ized)|irreversibl[ey]|certified|unbreakable|legally compliant|GDPR[- ]compliant)\b|匿名化|不可逆|绝对安全|合法合规|通过认证/giu
    const found = prose.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) => {
          // A sentence may say what we do not claim.
          const denied = /\b(never|not|no|nor|neither)\b|不|并非|绝不/i.test(line)
          return !denied && claims.test(line) ? [`${path}:${index + 1}`] : []
        }),
    )
    expect(found).toEqual([])
  })

  it('carries no path of one machine', () => {
    const text = tracked.filter((path) => !path.endsWith('package-lock.json'))
    const machinePath = new RegExp(`/(${['work', 'root', 'home'].join('|')})/[a-z]`)
    expect(text.filter((path) => machinePath.test(read(path)))).toEqual([])
  })
})
