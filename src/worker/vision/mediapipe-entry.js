// MediaPipe's Emscripten loader, bundled: at run time nothing may be imported.
export { default as ModuleFactory } from '@mediapipe/tasks-vision/vision_wasm_module_internal.js'
