import { prepareClips } from './clips.js'

/** Before files run side by side: the first two would both draw every clip. */
export async function setup(): Promise<void> {
  await prepareClips()
}
