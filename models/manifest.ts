import source from './manifest.json' with { type: 'json' }
import { parseManifest } from './manifest-schema.js'

export type { Manifest } from './manifest-schema.js'

/** The checked manifest: every package, source file and output with its hash. Throws `manifest_invalid` on import. */
export const manifest = parseManifest(source)
