import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// The QA demo. It consumes the built package as an integrator would, so that the paths of worker, wasm and models are
// proved through a bundler each time.
export default defineConfig({
  root: fileURLToPath(new URL('./demo', import.meta.url)),
  base: './',
  publicDir: false,
  resolve: { alias: { faceseal: fileURLToPath(new URL('./dist/index.js', import.meta.url)) } },
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('./demo/dist', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    rolldownOptions: {
      // The notice links to the last two.
      input: ['index', 'rules', 'rights'].map((page) => fileURLToPath(new URL(`./demo/${page}.html`, import.meta.url))),
    },
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
  },
})
