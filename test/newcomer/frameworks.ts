import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const examples = fileURLToPath(new URL('../../examples/', import.meta.url))

/** What somebody who starts with a framework types and writes; the files are those of `examples/NAME`. */
export interface Framework {
  readonly name: FrameworkName
  /** The commands, in order; the last one serves until it is stopped. */
  readonly commands: {
    readonly install: string
    readonly init: string
    readonly build: string
    readonly serve: string
  }
  /** Folder of what the build makes for browsers. */
  readonly output: string
  /** Holds the widget; what else there is, the framework wants anyway. */
  readonly widget: string
  /** The backend: one file, written by `faceseal init`. */
  readonly backend: string
}

export const frameworkNames = ['html', 'react', 'vue', 'next', 'webpack'] as const
export type FrameworkName = (typeof frameworkNames)[number]

const node = { init: 'npx faceseal init .', serve: 'node server.mjs' }

/** A `satisfies` of names: an example without its commands does not compile. */
const frameworks = {
  html: {
    commands: {
      install: 'npm install faceseal hono @hono/node-server vite',
      ...{ init: node.init, build: 'npx vite build', serve: node.serve },
    },
    ...{ output: 'dist', widget: 'index.html', backend: 'server.mjs' },
  },
  react: {
    commands: {
      install: 'npm install faceseal hono @hono/node-server vite react react-dom',
      ...{ init: node.init, build: 'npx vite build', serve: node.serve },
    },
    ...{ output: 'dist', widget: 'face.tsx', backend: 'server.mjs' },
  },
  vue: {
    commands: {
      install: 'npm install faceseal hono @hono/node-server vite vue',
      ...{ init: node.init, build: 'npx vite build', serve: node.serve },
    },
    ...{ output: 'dist', widget: 'face.ts', backend: 'server.mjs' },
  },
  next: {
    commands: {
      install: 'npm install faceseal next react react-dom',
      ...{ init: 'npx faceseal init . --next', build: 'npx next build', serve: 'npx next start' },
    },
    ...{ output: '.next/static', widget: 'app/face.jsx', backend: 'app/face/[...path]/route.js' },
  },
  webpack: {
    commands: {
      install: 'npm install faceseal hono @hono/node-server webpack webpack-cli',
      ...{ init: node.init, build: 'npx webpack', serve: `${node.serve} public` },
    },
    ...{ output: 'public', widget: 'src/main.js', backend: 'server.mjs' },
  },
} as const satisfies Record<FrameworkName, Omit<Framework, 'name'>>

export function frameworkOf(name: FrameworkName): Framework {
  return { name, ...frameworks[name] }
}

/** Files to write by hand, by path in the project, with their text. */
export async function filesOf({ name }: Framework): Promise<ReadonlyMap<string, string>> {
  const folder = join(examples, name)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    // package.json is npm's to write; the rest appears where somebody tried the example in place.
    .filter(
      (path) =>
        !/^(package.*\.json|keys\.json|policy\.json|server\.mjs)$|(^|\/)(node_modules|dist|\.next)\//.test(path),
    )
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const)),
  )
}

/**
 * Lines of the integrator's own around the widget: a whole file, or in a page of HTML the element and its script.
 * Blank lines and tags that hold nothing else do not count.
 */
export function widgetLines(text: string): number {
  const own = /<face-seal[\s\S]*<\/script>/.exec(text)?.[0] ?? text
  return own.split('\n').filter((line) => !/^\s*(<\/?script[^>]*>|<p role="status"><\/p>)?\s*$/.test(line)).length
}
