import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'

/** The machine's own Chromium or Chrome; `CHROME_PATH` names another. Nothing is ever downloaded for a test. */
export const chromiumPath: string = findChromium()

/** No background traffic of the browser itself, and software WebGL 2, which MediaPipe needs. */
export const chromiumArguments: readonly string[] = [
  '--headless=new',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
]

/** A camera that plays `clip` (motion JPEG) and a permission prompt that answers yes by itself. */
export function fakeCamera(clip: string): readonly string[] {
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${clip}`,
  ]
}

function findChromium(): string {
  const named = env.CHROME_PATH
  const folders = (env.PATH ?? '').split(':')
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  const paths = [
    ...(named ? [named] : []),
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ]
  const path = paths.find((candidate) => existsSync(candidate))
  if (!path) throw new Error('No Chromium found: install it, or set CHROME_PATH to its path')
  return path
}
