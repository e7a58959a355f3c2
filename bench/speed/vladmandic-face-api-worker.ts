import * as faceApi from '#vladmandic-face-api'
import { exposeFaceApi } from './face-api'

exposeFaceApi(faceApi, ['wasm'])
