/** Adopted by the view's shadow root: nothing inline, so a strict `style-src` holds, and the page's styles stay out. */
export const captureStyles = `
:host {
  --ink: #1c2430; --paper: #fff; --quiet: #5a6675; --line: #cfd6de; --mark: #1f6f5c; --shade: #eef1f4;
  display: block; color-scheme: light dark; max-inline-size: 30rem; margin-inline: auto;
  font: 400 1rem/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :host { --ink: #e9edf2; --paper: #171c23; --quiet: #a3afbd; --line: #3a4553; --mark: #6cc4ab; --shade: #222a34; }
}
:host([data-elder]) { font-size: 1.375rem; }
.capture {
  display: grid; gap: 1em; padding: 1em; color: var(--ink); background: var(--paper);
  border: 1px solid var(--line); border-radius: 1em;
}
.stage {
  position: relative; aspect-ratio: 4 / 3; overflow: hidden; border-radius: .75em; background: var(--shade);
  display: grid; place-items: center;
}
/* Mirrored for the person only, as in a looking-glass; the worker gets frames as they are. */
video { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; transform: scaleX(-1); }
svg { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; }
.veil { fill: var(--paper); fill-opacity: .72; }
.oval { fill: none; stroke: var(--quiet); stroke-width: 3; }
:host([data-good]) .oval { stroke: var(--mark); stroke-width: 5; }
.ring { transition: stroke-dashoffset .2s linear; fill: none; stroke: var(--mark); stroke-width: 10; stroke-linecap: round; }
.arrow { fill: var(--mark); stroke: var(--paper); stroke-width: 6; paint-order: stroke; animation: nudge 1.2s ease-in-out infinite alternate; }
@keyframes nudge { from { opacity: 1; } to { opacity: .55; } }
@media (prefers-reduced-motion: reduce) { .ring { transition: none; } .arrow { animation: none; } }
.wait { inline-size: min(80%, 20em); display: grid; gap: .5em; text-align: center; color: var(--quiet); }
progress { inline-size: 100%; block-size: .625em; accent-color: var(--mark); }
.hint { margin: 0; min-block-size: 3em; display: grid; place-content: center; text-align: center; font-size: 1.125em; font-weight: 600; }
.steps { display: flex; justify-content: center; gap: .5em; margin: 0; padding: 0; list-style: none; min-block-size: .75em; }
.steps li { inline-size: .75em; block-size: .75em; border-radius: 50%; border: 2px solid var(--line); }
.steps li.taken { background: var(--mark); border-color: var(--mark); }
/* Side by side where each label has room, else one below the other; always the same size (L05). */
.actions { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11em, 100%), 1fr)); gap: .75em; }
button {
  font: inherit; font-weight: 600; min-block-size: 3rem; padding: .5em .75em; color: var(--ink); background: var(--paper);
  border: 2px solid var(--quiet); border-radius: .6em; cursor: pointer;
}
button:hover { background: var(--shade); }
button:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
[hidden] { display: none; }
@media (forced-colors: active) { .steps li.taken { background: Highlight; } .oval { stroke: CanvasText; } }
`
