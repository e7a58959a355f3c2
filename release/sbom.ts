// `npm run sbom [-- --out FILE]`: a CycloneDX 1.5 bill of materials of the package as it is in dist/: what it depends on,
// what others' code is inside its scripts, and its models. The same tree gives the same bytes. Needs a build, no network.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { manifest } from '../models/manifest.ts'
import type { ManifestEntry } from '../models/manifest-schema.ts'
import type { BundledPackage } from './bundled.ts'
import { lockedPackages, productionNames } from './lock.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Component {
  readonly 'bom-ref': string
  readonly type: string
  readonly name: string
  readonly version?: string
  readonly [field: string]: unknown
}

interface Bom {
  readonly metadata: { readonly component: Component; readonly [field: string]: unknown }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
  readonly [field: string]: unknown
}

const { values } = parseArgs({ options: { out: { type: 'string' } } })
const text = `${JSON.stringify(billOfMaterials(), null, 2)}\n`
if (values.out) writeFileSync(values.out, text)
else process.stdout.write(text)

function billOfMaterials(): Bom {
  const bundled: readonly BundledPackage[] = JSON.parse(readFileSync(`${root}dist/bundled.json`, 'utf8'))
  const everything = npmBom()
  const production = new Set(productionNames(lockedPackages()))
  const inside = new Map(bundled.map(({ name, version, files }) => [`${name}@${version}`, files]))
  const wanted = new Set([...production, ...inside.keys()])
  const packages = everything.components
    .filter((each) => wanted.delete(each['bom-ref']))
    .map((each) => ({
      ...each,
      name: each['bom-ref'].slice(0, each['bom-ref'].lastIndexOf('@')), // npm takes the folder's, which may be an alias
      scope: 'required',
      properties: (inside.get(each['bom-ref']) ?? []).map((file) => ({
        name: 'faceseal:bundled-in',
        value: `dist/${file}`,
      })),
    }))
  if (wanted.size > 0) throw new Error(`npm sbom does not list ${[...wanted].join(', ')}`)
  const components = [...packages, ...manifest.entries.map(modelComponent)]
  const known = new Set(components.map((component) => component['bom-ref']))
  const { component, ...metadata } = everything.metadata
  const own = { ...component, name: 'faceseal' } // npm takes the folder's name
  // npm's own list, without what is not here; the models hang on the package.
  const dependencies = everything.dependencies
    .filter(({ ref }) => known.has(ref) || ref === own['bom-ref'])
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((name) => known.has(name)) }))
  const models = manifest.entries.map(({ id }) => `model:${id}`)
  const bom = {
    ...everything,
    // No time of day: the same tree gives the same file.
    metadata: { ...metadata, timestamp: undefined, lifecycles: [{ phase: 'build' }], component: own },
    components,
    dependencies: [
      ...dependencies.map((each) =>
        each.ref === own['bom-ref']
          ? {
              ...each,
              dependsOn: [...new Set([...each.dependsOn, ...packages.map((one) => one['bom-ref']), ...models])],
            }
          : each,
      ),
      ...models.map((ref) => ({ ref, dependsOn: [] })),
    ],
  }
  return { ...bom, serialNumber: `urn:uuid:${uuidOf(JSON.stringify({ ...bom, serialNumber: undefined }))}` }
}

function npmBom(): Bom {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--loglevel=error']
  return JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 }))
}

/** Weights, or the wasm that an engine wants: where they come from, what they were made of, and each file's hash. */
function modelComponent(entry: ManifestEntry): Component {
  const origin = manifest.packages[entry.package]!
  const purl = `pkg:npm/${origin.name.replace('@', '%40')}@${origin.version}`
  return {
    'bom-ref': `model:${entry.id}`,
    type: entry.kind === 'model' ? 'machine-learning-model' : 'library',
    name: entry.id,
    version: origin.version,
    scope: 'required',
    ...(entry.kind === 'model' && {
      description: `${entry.use} Origin: ${entry.origin}. Training: ${entry.training}.`,
    }),
    licenses: [{ license: { id: entry.kind === 'model' ? entry.licence : origin.licence } }],
    pedigree: {
      ancestors: [
        {
          type: 'library',
          'bom-ref': `source:${entry.id}`,
          name: origin.name,
          version: origin.version,
          purl,
          hashes: [{ alg: 'SHA-512', content: Buffer.from(origin.integrity.slice(7), 'base64').toString('hex') }],
          licenses: [{ license: { id: origin.licence } }],
          components: entry.sources.map(({ path, sha256 }) => fileComponent(`source:${entry.id}/`, path, sha256)),
        },
      ],
      notes: `${entry.step}, by models/prepare.ts`,
    },
    components: entry.outputs.map(({ file, sha256 }) =>
      fileComponent(`model:${entry.id}/`, `dist/assets/${file}`, sha256),
    ),
  }
}

function fileComponent(prefix: string, name: string, sha256: string): Component {
  return { 'bom-ref': `${prefix}${name}`, type: 'file', name, hashes: [{ alg: 'SHA-256', content: sha256 }] }
}

/** Version 8 (RFC 9562 §5.8): 122 bits of a hash. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex')
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
