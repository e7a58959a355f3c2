export default {
  mode: 'production',
  entry: './src/main.js',
  output: { path: new URL('./public/', import.meta.url).pathname },
  performance: { hints: false }, // models are large, and load after the person agreed
}
