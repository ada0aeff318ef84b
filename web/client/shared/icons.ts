/** Our few drawings, 24 × 24, one stroke. Always beside a word or inside a named control, so hidden from readers. */

import { html, svg, type TemplateResult } from "lit";

const SLASH = svg`<path d="M4 4l16 16" />`;
const MICROPHONE = svg`<rect x="9" y="3" width="6" height="11" rx="3" /><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />`;
const CAMERA = svg`<rect x="3" y="6.5" width="12.5" height="11" rx="2" /><path d="m15.5 11 5.5-3.2v8.4L15.5 13" />`;
const SCREEN = svg`<rect x="3" y="4.5" width="18" height="12" rx="2" /><path d="M8.5 20h7M12 16.5V20" />`;

const DRAWINGS = {
  microphone: MICROPHONE,
  "microphone-off": svg`${MICROPHONE}${SLASH}`,
  camera: CAMERA,
  "camera-off": svg`${CAMERA}${SLASH}`,
  screen: svg`${SCREEN}<path d="M12 13.5V8m-2.5 2.3L12 7.8l2.5 2.5" />`,
  "screen-off": svg`${SCREEN}<path d="m9.8 8.3 4.4 4.4m0-4.4-4.4 4.4" />`,
  hand: svg`<path d="M7 12.5V6.7a1.4 1.4 0 0 1 2.8 0V11m0-5.7a1.4 1.4 0 0 1 2.8 0V11m0-4.6a1.4 1.4 0 0 1 2.8 0V12m0-3.4a1.4 1.4 0 0 1 2.8 0v6.2a6.2 6.2 0 0 1-6.3 6.2c-2.6 0-4.1-1-5.4-3l-2.9-4.6c-.9-1.5 1-2.8 2.1-1.6L7 13.4" />`,
  grid: svg`<rect x="3.5" y="4.5" width="7.5" height="6.5" rx="1" /><rect x="13" y="4.5" width="7.5" height="6.5" rx="1" /><rect x="3.5" y="13" width="7.5" height="6.5" rx="1" /><rect x="13" y="13" width="7.5" height="6.5" rx="1" />`,
  stage: svg`<rect x="3" y="4.5" width="12" height="15" rx="1.5" /><path d="M18 5h3v4h-3zm0 5.5h3v4h-3zM18 16h3v3.5h-3z" />`,
  people: svg`<circle cx="9" cy="8.5" r="3.2" /><path d="M3 19c.4-3.6 2.8-5.5 6-5.5s5.6 1.9 6 5.5M15.5 5.6a3 3 0 0 1 0 5.8M17.6 13.9c2 .7 3.2 2.4 3.4 5.1" />`,
  keys: svg`<rect x="2.5" y="6" width="19" height="12" rx="2" /><path d="M6 10h.01M10 10h.01M14 10h.01M18 10h.01M8 14h8" />`,
  more: svg`<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="3" />`,
  leave: svg`<path d="M13 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H13M10 12h10.5m-3.5-3.5 3.5 3.5-3.5 3.5" />`,
  pause: svg`<path d="M8.5 5v14M15.5 5v14" />`,
  play: svg`<path d="M7.5 5v14l11-7z" />`,
  stop: svg`<rect x="6" y="6" width="12" height="12" rx="1.5" />`,
  next: svg`<path d="m6 5 8 7-8 7zM17.5 5v14" />`,
  previous: svg`<path d="m18 5-8 7 8 7zM6.5 5v14" />`,
  skip: svg`<path d="M3.5 7v10l6.5-5zM11 7v10l6.5-5zM20.5 6v12" />`,
  record: svg`<circle cx="12" cy="12" r="6" fill="currentColor" />`,
  "record-off": svg`<circle cx="12" cy="12" r="6" />`,
  warning: svg`<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17h.01" />`,
  tick: svg`<path d="m5 12.5 4.5 4.5L19 7" />`,
  cross: svg`<path d="m6 6 12 12M18 6 6 18" />`,
  line: svg`<path d="M5 19v-4M10 19v-7M15 19V9M20 19V5" />`,
  "line-weak": svg`<path d="M5 19v-4M10 19v-7M15 19h.01M20 19h.01" />`,
  sound: svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" />`,
  chat: svg`<path d="M4 5.5h16v10.5H10.5L6 20v-4H4zM8 9.5h8M8 12.5h5" />`,
  send: svg`<path d="M4 5l16 7-16 7 2.5-7zM6.5 12H20" />`,
  pair: svg`<rect x="3" y="6" width="8.5" height="12" rx="1.5" /><rect x="12.5" y="6" width="8.5" height="12" rx="1.5" />`,
  "full-screen": svg`<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />`,
  chair: svg`<path d="M7 3.5h10v9H7zM5 12.5h14V16H5zM7 16v4.5M17 16v4.5" />`,
  still: svg`<path d="M4 8h3l1.5-2.5h7L17 8h3v11H4z" /><circle cx="12" cy="13" r="3.3" />`,
  back: svg`<path d="M11 6v12l-8-6zM20.5 6v12l-8-6z" />`,
  forward: svg`<path d="M13 6v12l8-6zM3.5 6v12l8-6z" />`,
  floor: svg`<path d="M4 20h16M7 20l1.2-9h7.6l1.2 9M12 11V7.5" /><circle cx="12" cy="5.5" r="2" />`,
  away: svg`<path d="M4 8.5a12 12 0 0 1 16 0M7 12a7.5 7.5 0 0 1 10 0M10 15.5a3 3 0 0 1 4 0M12 19h.01" />${SLASH}`,
} as const;

export type Icon = keyof typeof DRAWINGS;

/** The drawing as an inline element in the colour of the text around it. */
export function icon(name: Icon): TemplateResult {
  return html`<svg class="dc-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${DRAWINGS[name]}
  </svg>`;
}
