import './face-api.js-environment'
import '#face-api.js'
import { exposeFaceApi, type FaceApi } from './face-api'

// A script that leaves its name on the global.
const { faceapi } = globalThis as unknown as { readonly faceapi: FaceApi }
exposeFaceApi(faceapi, ['webgl', 'cpu'])
