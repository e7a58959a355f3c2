import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Framework, type FrameworkName, widgetLines } from './frameworks.ts'
import type { Person } from './person.ts'
import { emptyProject, fromTarball, installByLinks, type Project, writeByHand } from './project.ts'

/** One walk from an empty folder. Seconds are the machine's: nobody's reading or typing is in them. */
export interface Walk {
  readonly framework: FrameworkName
  /** Lines typed, the serving one included. */
  readonly commands: number
  /** Files written by hand; the backend and its policy come from `faceseal init`. */
  readonly files: number
  readonly widgetLines: number
  readonly backendFiles: number
  readonly seconds: Readonly<Record<Stage, number>>
}

const stages = ['install', 'init', 'build', 'serve', 'enrolAndVerify'] as const
type Stage = (typeof stages)[number]

export interface WalkOptions {
  readonly tarball: string
  /** `links`: without a registry, of what this checkout has. */
  readonly from: 'registry' | 'links'
  /** Without one the walk ends with the build. */
  readonly person?: Pick<Person, 'enrolAndVerify'> | undefined
  /** Looks at the built project before it goes. */
  readonly inspect?: ((project: Project, framework: Framework) => Promise<void>) | undefined
}

/** Types and writes what the quick start says, up to "It is you.". Throws with what the failing step said. */
export async function walk(framework: Framework, { tarball, from, person, inspect }: WalkOptions): Promise<Walk> {
  const { name, commands, backend, widget } = framework
  const seconds: Record<Stage, number> = { install: 0, init: 0, build: 0, serve: 0, enrolAndVerify: 0 }
  const timed = async <T>(stage: Stage, step: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await step()
    seconds[stage] = Math.round((performance.now() - start) / 100) / 10
    return result
  }
  const project = await emptyProject()
  try {
    await timed('install', () =>
      from === 'links' ? installByLinks(project, tarball) : project.type(fromTarball(framework, tarball)),
    )
    await timed('init', () => project.type(commands.init))
    const files = await writeByHand(project, framework)
    await timed('build', () => project.type(commands.build))
    await inspect?.(project, framework)
    if (person) {
      const url = await timed('serve', () => project.serve(commands.serve))
      await timed('enrolAndVerify', () => person.enrolAndVerify(url))
    }
    return {
      framework: name,
      commands: Object.keys(commands).length,
      files,
      widgetLines: widgetLines(await readFile(join(project.folder, widget), 'utf8')),
      backendFiles: [backend].length,
      seconds,
    }
  } finally {
    await project.remove()
  }
}
