/** No third party, no inline script, no plug-in, no frame: what a page with a camera should allow itself. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types faceseal lit-html',
  'report-uri /csp-report',
].join('; ')

/** The worker's own response: it may compile wasm and nothing else; no address it could connect to, and no report, which would carry one. */
const workerPolicy = ["default-src 'none'", "script-src 'wasm-unsafe-eval'", "connect-src 'none'"].join('; ')

const common: Readonly<Record<string, string>> = {
  'permissions-policy': 'camera=(self), microphone=(), geolocation=(), display-capture=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Headers for every response, by the path asked for. */
export function securityHeaders(pathname: string): Readonly<Record<string, string>> {
  const isWorker = /\/worker[^/]*\.js$/.test(pathname)
  return { ...common, 'content-security-policy': isWorker ? workerPolicy : pagePolicy }
}
