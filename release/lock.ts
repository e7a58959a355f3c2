import { readFileSync } from 'node:fs'

/** One entry of package-lock.json. */
export interface LockedPackage {
  /** Where it is installed: `node_modules/…`. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly licence: string | undefined
  readonly integrity: string | undefined
  readonly hasInstallScript: boolean
  readonly dependencies: readonly string[]
}

/** Every package of the lock file but this one. */
export function lockedPackages(): readonly LockedPackage[] {
  const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
  return Object.entries(packages as Record<string, Readonly<Record<string, unknown>>>)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({
      path,
      name: String(entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
      version: String(entry.version),
      licence: textOf(entry.license),
      integrity: textOf(entry.integrity),
      hasInstallScript: entry.hasInstallScript === true,
      dependencies: Object.keys((entry.dependencies ?? {}) as object),
    }))
}

/** `name@version` of everything that `npm install faceseal` brings along; peers that are left to the integrator are not. */
export function productionNames(packages: readonly LockedPackage[]): readonly string[] {
  return productionPackages(packages).map(({ name, version }) => `${name}@${version}`)
}

export function productionPackages(packages: readonly LockedPackage[]): readonly LockedPackage[] {
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const byPath = new Map(packages.map((each) => [each.path, each]))
  const reached = new Map<string, LockedPackage>()
  const visit = (from: string, name: string): void => {
    const found = nearest(byPath, from, name)
    if (!found || reached.has(found.path)) return
    reached.set(found.path, found)
    for (const next of found.dependencies) visit(found.path, next)
  }
  for (const name of Object.keys(dependencies)) visit('', name)
  return [...reached.values()]
}

/** As Node looks for it: in its own node_modules, then in each one above. */
function nearest(byPath: ReadonlyMap<string, LockedPackage>, from: string, name: string): LockedPackage | undefined {
  const above = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')))
  for (let folder = from; ; folder = above(folder)) {
    const found = byPath.get(`${folder && `${folder}/`}node_modules/${name}`)
    if (found || folder === '') return found
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
