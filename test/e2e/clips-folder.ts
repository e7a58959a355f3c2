import { fileURLToPath } from 'node:url'

/** What tests fetch and draw once; ignored by git. */
export const fixtures = fileURLToPath(new URL('../.fixtures/', import.meta.url))

/** Raise the number when a recipe or the drawing changes. */
export const clipsFolder = `${fixtures}clips-v3/`
