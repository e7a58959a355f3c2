import { paletteOf } from '../theme'

/** Every choice has the same class, size, weight and colour: none looks like the right answer (L05). */
export const dialogStyles = `
${paletteOf({ custom: false })}
:host { font-size: 1rem; font-weight: 400; line-height: 1.55; }
:host([data-elder]) { font-size: 1.4rem; line-height: 1.6; }
dialog {
  box-sizing: border-box; inline-size: min(100% - 1rem, 38rem); max-inline-size: none;
  max-block-size: calc(100dvh - 1rem); padding: 0; overflow: auto;
  color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 1rem;
}
dialog::backdrop { background: rgb(12 17 23 / .55); }
:host([data-elder]) dialog { inline-size: min(100% - 1rem, 34em); }
.screen { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; max-block-size: calc(100dvh - 1rem - 2px); }
.tools {
  display: flex; flex-wrap: wrap; gap: .5rem; justify-content: flex-end; padding: .75rem 1.25rem .5rem; font-size: 1rem;
}
.tools button {
  font: inherit; font-size: .875em; color: var(--ink); background: none; border: 1px solid var(--quiet);
  border-radius: .5rem; min-block-size: 2.75rem; min-inline-size: 2.75rem; padding: .25rem .75rem; cursor: pointer;
}
.tools button[aria-pressed="true"] { background: var(--ink); color: var(--paper); }
.tools .close { margin-inline-start: auto; font-size: 1.25em; line-height: 1; padding: 0; }
.body { overflow: auto; padding: .25rem 1.25rem 1rem; overscroll-behavior: contain; }
h2 { margin: .25em 0 .35em; font-size: 1.3em; line-height: 1.3; font-weight: 650; text-wrap: balance; overflow-wrap: anywhere; }
h2 .sentence { display: inline-block; }
h2:focus { outline: none; }
.lead { margin: 0 0 .35em; color: var(--quiet); }
dl { margin: .75em 0; display: grid; grid-template-columns: minmax(6em, max-content) minmax(0, 1fr); }
dt, dd { margin: 0; padding-block: .5em; border-block-start: 1px solid var(--line); }
dt { color: var(--quiet); padding-inline-end: 1em; }
dd, li, .lead { overflow-wrap: anywhere; text-wrap: pretty; }
:host([data-elder]) dl { grid-template-columns: minmax(0, 1fr); }
:host([data-elder]) dt { padding-block-end: 0; }
:host([data-elder]) dd { border: 0; padding-block-start: 0; }
:host([data-elder]) .sentence { display: block; }
a { color: inherit; text-decoration: underline; text-underline-offset: .15em; }
details { border-block-start: 1px solid var(--line); padding-block: .25em; }
summary { cursor: pointer; padding-block: .6em; font-weight: 600; }
details ul, .open-full ul { margin: 0; padding-inline-start: 1.25em; display: grid; gap: .4em; }
.open-full h3 { font-size: 1em; margin: .5em 0; }
.written { display: grid; gap: .35em; margin-block: 1em 0; padding: .9em; background: var(--shade); border-radius: .6em; }
.written input {
  font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--quiet); border-radius: .4em;
  padding: .5em .6em; min-block-size: 2.75rem; box-sizing: border-box; inline-size: 100%;
}
.hint { color: var(--quiet); font-size: .9em; margin: 0; }
.alert { color: var(--alert); font-weight: 600; margin: 0; min-block-size: 1.5em; }
.alert:empty { min-block-size: 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0; padding: .9em; background: var(--shade); border-radius: .6em; }
.status { font-weight: 600; margin: .75em 0 0; } .status:empty { margin: 0; }
.actions { display: grid; gap: .9em; margin-block: 1em; }
.action { display: grid; gap: .3em; }
.action button {
  font: inherit; font-weight: 600; color: var(--ink); background: var(--paper); border: 1px solid var(--quiet);
  border-radius: .6rem; min-block-size: 2.75rem; padding: .4rem .75rem; cursor: pointer; justify-self: start; min-inline-size: 12em;
}
.choices {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13em), 1fr)); grid-auto-rows: 1fr; gap: .75rem;
  padding: 1rem 1.25rem 1.25rem; border-block-start: 1px solid var(--line); background: var(--paper);
}
.choices button {
  font: inherit; font-weight: 600; color: var(--ink); background: var(--paper); border: 2px solid var(--ink);
  border-radius: .6rem; min-block-size: 3.25rem; padding: .5rem .75rem; cursor: pointer; inline-size: 100%;
}
/* No hover colour on the choices: after a click the pointer rests on the next screen's button, which would look picked. */
.tools button:hover { text-decoration: underline; }
.choices.many { grid-template-columns: minmax(0, 1fr); }
button:focus-visible, summary:focus-visible, a:focus-visible, input:focus-visible, .body:focus-visible {
  outline: 3px solid var(--mark); outline-offset: 2px;
}
.action button[disabled] { opacity: .55; cursor: default; }
/* At rest for a moment after a screen appears; no change of looks. */
.choices button[disabled] { color: var(--ink); cursor: default; }
@media (max-width: 30rem) {
  dialog { inline-size: calc(100% - .5rem); max-block-size: calc(100dvh - .5rem); }
  .screen { max-block-size: calc(100dvh - .5rem - 2px); }
  dl { grid-template-columns: minmax(0, 1fr); }
  dt { padding-block-end: 0; font-size: .9em; }
  dd { border: 0; padding-block-start: 0; }
}
/* Text at twice its size on a phone: the longest word of a title still fits its line. */
@media (max-width: 16rem) { h2 { font-size: 1em; } .body, .tools { padding-inline: .75rem; } }
/* Zoomed or short: the choices scroll with the text rather than cover it (WCAG 1.4.10). */
@media (max-height: 34rem) { .screen { display: block; max-block-size: none; } .body { overflow: visible; } }
@media (max-height: 48rem) {
  :host([data-elder]) .screen { display: block; max-block-size: none; } :host([data-elder]) .body { overflow: visible; }
}
@media (forced-colors: active) {
  .tools button[aria-pressed="true"] { background: Highlight; color: HighlightText; forced-color-adjust: none; }
  dialog { border: 2px solid CanvasText; }
}
@media print {
  /* Inside another shadow root the page's print sheet does not reach this host. */
  :host { visibility: visible; }
  dialog { position: static; max-block-size: none; border: 0; inline-size: 100%; overflow: visible; }
  .tools, .choices { display: none; }
  .screen { display: block; max-block-size: none; } .body { overflow: visible; }
}
`

/** Adopted by the document only while a written copy is on the screen: the copy is printed, the page behind it is not. */
export const printStyles = `@media print { body * { visibility: hidden; } [data-faceseal-dialog] { visibility: visible; } }`
