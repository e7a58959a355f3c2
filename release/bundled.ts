import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Plugin } from 'rolldown'

/** A package of others whose code is inside a script of ours, and in which. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  readonly files: readonly string[]
}

/** Folder of a package → scripts. */
const seen = new Map<string, Set<string>>()

/** Writes down which packages a build puts into its scripts; only what is left after tree-shaking counts. */
export const recordPackages = {
  name: 'faceseal-record-packages',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      for (const [id, { renderedLength }] of Object.entries(chunk.modules)) {
        const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0]
        if (folder === undefined || renderedLength === 0) continue
        seen.set(folder, (seen.get(folder) ?? new Set()).add(basename(chunk.fileName).replace(/-[\w-]{8}\.js$/, '.js')))
      }
    }
  },
} satisfies Plugin

/** Of every build so far, by name. */
export function bundledPackages(): readonly BundledPackage[] {
  const packages = [...seen].map(([folder, files]) => {
    const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as BundledPackage
    return { name, version, files: [...files].sort() }
  })
  return packages.sort((a, b) => (a.name + a.version < b.name + b.version ? -1 : 1))
}
