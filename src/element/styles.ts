import { css, unsafeCSS } from 'lit'
import { paletteOf } from '../page/theme'

/** Logical properties throughout, so that right-to-left pages need nothing; sizes follow the container, not the window. */
export const elementStyles = css`
${unsafeCSS(paletteOf({ custom: true, attribute: 'theme' }))}
:host {
  display: block; inline-size: 100%; max-inline-size: 30rem; container-type: inline-size;
  font-size: var(--faceseal-font-size, 1rem); font-weight: 400; line-height: 1.5; text-align: start;
}
:host([hidden]) { display: none; }
.card {
  display: grid; grid-template-columns: minmax(0, 1fr); gap: 1em; padding: 1.25em; color: var(--ink); background: var(--paper);
  border: 1px solid var(--line); border-radius: var(--faceseal-radius, 1em);
}
.card[hidden] { display: none; }
.head { display: flex; align-items: center; gap: .75em; }
.mark { flex: none; inline-size: 2.25em; block-size: 2.25em; color: var(--quiet); }
.mark.good { color: var(--mark); }
.mark * { fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
slot[name="heading"] { display: block; min-inline-size: 0; }
h2, ::slotted([slot="heading"]) { margin: 0; font-size: 1.125em; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; text-wrap: balance; }
h2:focus { outline: none; }
p { margin: 0; overflow-wrap: anywhere; text-wrap: pretty; }
/* Gets the focus so that it is read, as the dialog's heading does; nothing to press. */
p:focus { outline: none; }
p.alert { padding-inline-start: .75em; border-inline-start: .25em solid var(--alert); }
progress { inline-size: 100%; block-size: .625em; accent-color: var(--mark); }
/* One class for every choice, in equal cells: none looks like the right answer (L05). */
.actions { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11em, 100%), 1fr)); grid-auto-rows: 1fr; gap: .75em; }
.actions:empty { display: none; }
.choice, ::slotted([slot="alternative"]) {
  box-sizing: border-box; display: grid; place-content: center; inline-size: 100%; min-block-size: 3rem; margin: 0; padding: .5em .75em;
  font: inherit; font-weight: 600; line-height: 1.3; text-align: center; text-decoration: none; overflow-wrap: anywhere;
  color: var(--ink); background: var(--paper); border: 2px solid var(--quiet);
  border-radius: var(--faceseal-button-radius, .6em); cursor: pointer;
}
slot[name="alternative"] { display: grid; }
slot[name="alternative"][hidden], ::slotted([slot="alternative"][hidden]) { display: none; }
/* No hover colour: after a press the pointer rests on the next state's button, which would look picked. */
.link {
  justify-self: start; max-inline-size: 100%; padding: .5em 0; text-align: start; overflow-wrap: anywhere; font: inherit; font-size: .9375em; color: var(--quiet); background: none; border: 0;
  text-decoration: underline; text-underline-offset: .2em; cursor: pointer;
}
.link:hover { color: var(--ink); }
button:focus-visible, ::slotted([slot="alternative"]:focus-visible) { outline: 3px solid var(--mark); outline-offset: 2px; }
button[disabled] { opacity: .55; cursor: default; }
@container (max-width: 22rem) { .card { padding: 1em; } .mark { inline-size: 1.75em; block-size: 1.75em; } }
/* Text at twice its size on a phone: the title gets the whole line. */
@container (max-width: 14rem) { .head { display: grid; } h2 { font-size: 1em; } }
@media (forced-colors: active) { .choice { border-color: ButtonText; } .mark { color: CanvasText; } }
`
