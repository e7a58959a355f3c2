import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy that answers nobody: whatever asks for another host than this machine is written down and refused. */
export interface Outside {
  /** `--proxy-server=…`; Chromium never sends loopback addresses through a proxy. */
  readonly argument: string
  /** `METHOD url` of each attempt, from any tab, worker or the browser itself. */
  readonly attempts: readonly string[]
  close(): Promise<void>
}

export async function watchOutside(): Promise<Outside> {
  const attempts: string[] = []
  const server = createServer((request, response) => {
    attempts.push(`${request.method} ${request.url}`)
    response.writeHead(502).end()
  })
  server.on('connect', (request, socket) => {
    attempts.push(`CONNECT ${request.url}`)
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    argument: `--proxy-server=http://127.0.0.1:${port}`,
    attempts,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
