import { paletteOf } from '../theme'

/** Adopted by the view's shadow root: nothing inline, so a strict `style-src` holds, and the page's styles stay out. */
export const captureStyles = `
${paletteOf({ custom: true })}
:host {
  display: block; max-inline-size: 30rem; margin-inline: auto;
  font-size: var(--faceseal-font-size, 1rem); font-weight: 400; line-height: 1.5;
}
:host([data-elder]) { font-size: 1.375rem; }
.capture {
  display: grid; grid-template-columns: minmax(0, 1fr); gap: 1em; padding: 1em; color: var(--ink); background: var(--paper);
  border: 1px solid var(--line); border-radius: var(--faceseal-radius, 1em);
}
.stage {
  position: relative; aspect-ratio: 4 / 3; overflow: hidden; border-radius: calc(var(--faceseal-radius, 1em) * .75); background: var(--shade);
  display: grid; place-items: center;
}
/* Mirrored for the person only, as in a looking-glass; the worker gets frames as they are. */
video { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; transform: scaleX(-1); }
svg { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; }
:host([data-state="waiting"]) svg { display: none; }
.veil { fill: var(--paper); fill-opacity: .72; }
.oval { fill: none; stroke: var(--quiet); stroke-width: 3; }
:host([data-good]) .oval { stroke: var(--mark); stroke-width: 5; }
.ring { transition: stroke-dashoffset .2s linear; fill: none; stroke: var(--mark); stroke-width: 10; stroke-linecap: round; }
.sign { fill: var(--mark); stroke: var(--paper); stroke-width: 6; paint-order: stroke; animation: nudge 1.2s ease-in-out infinite alternate; }
@keyframes nudge { from { opacity: 1; } to { opacity: .55; } }
@media (prefers-reduced-motion: reduce) { .ring { transition: none; } .sign { animation: none; } }
.wait { inline-size: min(80%, 20em); display: grid; gap: .5em; text-align: center; color: var(--quiet); }
progress { inline-size: 100%; block-size: .625em; accent-color: var(--mark); }
.hint { margin: 0; min-block-size: 3em; display: grid; place-content: center; text-align: center; font-size: 1.125em; font-weight: 600; overflow-wrap: anywhere; text-wrap: balance; }
.steps { display: flex; justify-content: center; gap: .5em; min-block-size: .75em; }
.steps span { inline-size: .75em; block-size: .75em; border-radius: 50%; border: 2px solid var(--line); }
.steps span.taken { background: var(--mark); border-color: var(--mark); }
/* Side by side where each label has room, else one below the other; always the same size (L05). */
.actions { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11em, 100%), 1fr)); grid-auto-rows: 1fr; gap: .75em; }
:host([data-state="problem"]) .actions { grid-template-columns: minmax(0, 1fr); }
button {
  font: inherit; font-weight: 600; min-block-size: 3rem; padding: .5em .75em; overflow-wrap: anywhere; color: var(--ink); background: var(--paper);
  border: 2px solid var(--quiet); border-radius: var(--faceseal-button-radius, .6em); cursor: pointer;
}
.cameras { display: grid; gap: .25em; color: var(--quiet); }
select {
  font: inherit; min-block-size: 3rem; min-inline-size: 0; padding: .25em .5em; color: var(--ink); background: var(--paper);
  border: 1px solid var(--quiet); border-radius: var(--faceseal-button-radius, .6em);
}
button:focus-visible, select:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
[hidden] { display: none; }
@media (forced-colors: active) { .steps span.taken { background: Highlight; } .oval { stroke: CanvasText; } }
`
