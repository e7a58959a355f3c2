// Runs in the page: the public API, and the internals that a page could reach for, on one global.
import * as faceseal from '../../../src/index.ts'
import { startWorker } from '../../../src/page/bridge.ts'
import { openCamera } from '../../../src/page/camera.ts'

const api = { faceseal, internals: { openCamera, startWorker } }
declare global {
  var caseApi: typeof api
}
globalThis.caseApi = api
