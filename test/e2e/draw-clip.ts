import type { ClipRecipe } from './clip-recipes.js'

/**
 * Runs inside the browser: decodes the recordings, draws each frame, and answers the frames as JPEG in base64.
 * Self-contained, because only its source reaches the page.
 */
export async function drawClip({ recipe, origin }: { recipe: ClipRecipe; origin: string }): Promise<string[]> {
  const canvas = new OffscreenCanvas(640, 480)
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) throw new Error('no 2d context')
  const videos = await Promise.all(recipe.layers.map((layer) => open(layer.file)))
  const frames: string[] = []
  for (let i = 0; i < recipe.frames; i++) {
    context.filter = `brightness(${recipe.light ?? 1})`
    for (const [index, { from, crop, to }] of recipe.layers.entries()) {
      const video = videos[index]
      if (!video) throw new Error('no video')
      await seek(video, from + i / 25)
      context.drawImage(video, ...crop, ...to)
    }
    context.filter = 'none'
    if (recipe.overlay === 'canary') drawCanary(context)
    if (recipe.overlay === 'photo') drawPaper(context)
    if (recipe.overlay === 'cloth') drawCloth(context)
    const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 })
    frames.push(await base64Of(jpeg))
  }
  return frames

  async function open(file: string): Promise<HTMLVideoElement> {
    const response = await fetch(`${origin}/${file}`)
    const video = document.createElement('video')
    video.muted = true
    // A blob can be sought in; a routed response without ranges cannot.
    video.src = URL.createObjectURL(await response.blob())
    await new Promise((resolve, reject) => {
      video.onloadeddata = resolve
      video.onerror = () => reject(new Error(`${file}: ${video.error?.message}`))
    })
    return video
  }

  async function seek(video: HTMLVideoElement, seconds: number): Promise<void> {
    const arrived = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
    video.currentTime = seconds
    await arrived
  }

  /** Flat blocks on JPEG's own 16-pixel grid keep their colour exactly through every decoder. */
  function drawCanary(target: OffscreenCanvasRenderingContext2D): void {
    for (const left of [0, 544]) {
      for (let row = 0; row < 30; row++) {
        for (let column = 0; column < 6; column++) {
          target.fillStyle = (row + column) % 2 ? 'rgb(170 60 130)' : 'rgb(70 190 100)'
          target.fillRect(left + column * 16, row * 16, 16, 16)
        }
      }
    }
  }

  function drawPaper(target: OffscreenCanvasRenderingContext2D): void {
    target.strokeStyle = 'rgb(244 242 236)'
    target.lineWidth = 60
    target.strokeRect(20, 10, 600, 460)
    target.strokeStyle = 'rgb(90 88 84)'
    target.lineWidth = 12
    target.strokeRect(0, 0, 640, 480)
  }

  /** Over the lower face of the first man, with soft folds. */
  function drawCloth(target: OffscreenCanvasRenderingContext2D): void {
    const folds = target.createLinearGradient(200, 240, 460, 440)
    for (let stop = 0; stop <= 6; stop++) {
      folds.addColorStop(stop / 6, stop % 2 ? 'rgb(150 178 200)' : 'rgb(132 162 186)')
    }
    target.fillStyle = folds
    target.beginPath()
    for (const [x, y] of [
      [198, 248],
      [330, 232],
      [462, 248],
      [440, 400],
      [330, 452],
      [220, 400],
    ] as const) {
      target.lineTo(x, y)
    }
    target.fill()
  }

  async function base64Of(blob: Blob): Promise<string> {
    const bytes = new Uint8Array(await blob.arrayBuffer())
    let text = ''
    for (const byte of bytes) text += String.fromCharCode(byte)
    return btoa(text)
  }
}
