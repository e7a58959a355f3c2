// npm run clips: makes the clips that the QA page plays where no camera is there. Needs Chromium, once; the tests do the same.
import { prepareClips } from './clips.js'

const clips = await prepareClips()
process.stdout.write(`${Object.keys(clips).length} clips are there; reload the page.\n`)
