import type { AttackRecipe } from './attacks.js'

/**
 * Runs inside the browser: makes an attacker's clip out of the recordings and answers every second frame as JPEG in base64.
 * Self-contained, because only its source reaches the page. Random numbers are seeded, so the clip is the same each time.
 */
export async function drawAttack({ recipe, origin }: { recipe: AttackRecipe; origin: string }): Promise<string[]> {
  const [width, height] = [640, 480]
  const canvas = new OffscreenCanvas(width, height)
  const context = contextOf(canvas)
  const photo = new OffscreenCanvas(width, height)
  const person = await open(recipe.person.file)
  await paint(contextOf(photo), person, recipe.person, recipe.person.from)
  const other = recipe.other && (await open(recipe.other.file))
  let state = 12_345
  const frames: string[] = []
  for (let index = 0; index < recipe.frames; index += 2) {
    await drawFrame(index)
    if (recipe.kind !== 'still') addNoise()
    const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
    frames.push(await base64Of(jpeg))
  }
  return frames

  async function drawFrame(index: number): Promise<void> {
    const seconds = (Math.max(0, index - (recipe.lead ?? 0)) / 25) * (recipe.pace ?? 1)
    const swing = Math.sin((2 * Math.PI * seconds) / 3)
    context.fillStyle = 'rgb(122 116 108)'
    context.fillRect(0, 0, width, height)
    switch (recipe.kind) {
      case 'still':
      case 'grainy':
        context.drawImage(photo, 0, 0)
        break
      case 'hand': {
        context.save()
        context.translate(width / 2 + 40 * swing, height / 2 + 18 * Math.sin(4.4 * seconds))
        context.rotate(0.14 * Math.sin(1.7 * seconds))
        const scale = 1 + 0.22 * Math.max(0, Math.sin(0.9 * seconds))
        context.scale(scale * (1 - 0.1 * Math.abs(Math.sin(2.1 * seconds))), scale)
        context.drawImage(photo, -width / 2, -height / 2)
        context.restore()
        break
      }
      case 'turn':
        turnPlane((recipe.angle ?? 45) * swing, 'x')
        break
      case 'nod':
        turnPlane((recipe.angle ?? 45) * swing, 'y')
        break
      case 'recording':
        await paint(context, person, recipe.person, recipe.person.from + seconds)
        break
      case 'cut':
        if (seconds < 2 || !other || !recipe.other) {
          await paint(context, person, recipe.person, recipe.person.from + seconds)
        } else await paint(context, other, recipe.other, recipe.other.from + seconds - 2)
        break
      case 'mask':
        if (!other || !recipe.other || !recipe.holes) throw new Error('a mask needs a wearer')
        context.drawImage(photo, 0, 0)
        context.save()
        context.beginPath()
        for (const [x, y, a, b] of recipe.holes) context.ellipse(x, y, a, b, 0, 0, 2 * Math.PI)
        context.clip()
        await paint(context, other, recipe.other, recipe.other.from + seconds)
        context.restore()
    }
  }

  /** The photo as a plane turned by `degrees` before a camera 1.8 half-widths away: slice by slice. */
  function turnPlane(degrees: number, axis: 'x' | 'y'): void {
    const angle = (degrees * Math.PI) / 180
    const far = 1.8
    const [along, across] = axis === 'x' ? [width, height] : [height, width]
    for (let at = 0; at < along; at++) {
      const screen = ((at + 0.5) / along) * 2 - 1
      // screen = far · s cos / (far + s sin), solved for s, the place on the photo.
      const s = (screen * far) / (far * Math.cos(angle) - screen * Math.sin(angle))
      const size = far / (far + s * Math.sin(angle))
      const from = ((s + 1) / 2) * along
      if (from < 0 || from >= along || size <= 0) continue
      const length = across * size
      if (axis === 'x') context.drawImage(photo, from, 0, 1, height, at, (height - length) / 2, 1, length)
      else context.drawImage(photo, 0, from, width, 1, (width - length) / 2, at, length, 1)
    }
  }

  /** A sensor's noise: without it every frame of a still would be the same to the bit, and known for it. */
  function addNoise(): void {
    const image = context.getImageData(0, 0, width, height)
    for (let at = 0; at < image.data.length; at += 4) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      const noise = (state >>> 24) / 32 - 4
      for (let channel = 0; channel < 3; channel++) image.data[at + channel] = image.data[at + channel]! + noise
    }
    context.putImageData(image, 0, 0)
  }

  async function paint(
    target: OffscreenCanvasRenderingContext2D,
    video: HTMLVideoElement,
    { crop, to }: AttackRecipe['person'],
    seconds: number,
  ): Promise<void> {
    const arrived = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
    video.currentTime = seconds
    await arrived
    target.drawImage(video, ...crop, ...to)
  }

  function contextOf(surface: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
    const found = surface.getContext('2d', { alpha: false, willReadFrequently: true })
    if (!found) throw new Error('no 2d context')
    return found
  }

  async function open(file: string): Promise<HTMLVideoElement> {
    const response = await fetch(`${origin}/${file}`)
    const video = document.createElement('video')
    video.muted = true
    video.src = URL.createObjectURL(await response.blob())
    await new Promise((resolve, reject) => {
      video.onloadeddata = resolve
      video.onerror = () => reject(new Error(`${file}: ${video.error?.message}`))
    })
    return video
  }

  async function base64Of(blob: Blob): Promise<string> {
    const bytes = new Uint8Array(await blob.arrayBuffer())
    let text = ''
    for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096))
    return btoa(text)
  }
}
