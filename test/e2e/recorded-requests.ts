import type { BrowserContext, Request } from 'playwright-core'

export interface RecordedRequest {
  readonly method: string
  readonly url: URL
  readonly type: string
  readonly contentType: string
  readonly body: Buffer
  readonly status: Promise<number | undefined>
}

/** Every request of a browser context, workers included, with its whole body. */
export function recordRequests(context: BrowserContext): readonly RecordedRequest[] {
  const requests: RecordedRequest[] = []
  context.on('request', (request) => requests.push(recorded(request)))
  return requests
}

function recorded(request: Request): RecordedRequest {
  return {
    method: request.method(),
    url: new URL(request.url()),
    type: request.resourceType(),
    contentType: request.headers()['content-type'] ?? '',
    body: request.postDataBuffer() ?? Buffer.alloc(0),
    status: request.response().then(
      (response) => response?.status(),
      () => undefined,
    ),
  }
}
