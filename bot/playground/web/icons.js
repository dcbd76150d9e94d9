// The page's own line icons, drawn as SVG so that no glyph depends on a font. Every icon is decoration: labels
// carry the meaning.

import { svg } from './dom.js';

const PATHS = {
  hash: ['M7 3 5.5 17', 'M14.5 3 13 17', 'M3.5 7.5h14', 'M2.5 12.5h14'],
  lock: ['M5 9h10v8H5z', 'M7 9V6.5a3 3 0 0 1 6 0V9'],
  menu: ['M3 5h14', 'M3 10h14', 'M3 15h14'],
  plus: ['M10 4v12', 'M4 10h12'],
  close: ['M5 5l10 10', 'M15 5 5 15'],
  back: ['M12 4l-6 6 6 6'],
  search: ['M8.5 3.5a5 5 0 1 1 0 10 5 5 0 0 1 0-10z', 'M12.5 12.5 17 17'],
  send: ['M3 10 17 3.5 13 17l-3.5-5.5z', 'M9.5 11.5 17 3.5'],
  thread: ['M3 4h14v9H9l-4 3.5V13H3z', 'M6 7.5h8', 'M6 10h5'],
  chevron: ['M6 8l4 4 4-4'],
  right: ['M8 5l5 5-5 5'],
  left: ['M12 5l-5 5 5 5'],
  more: ['M4.5 10h.01', 'M10 10h.01', 'M15.5 10h.01'],
  check: ['M4 10.5 8 14.5 16 6'],
  warn: ['M10 3 18 16.5H2z', 'M10 8v4', 'M10 14.4h.01'],
  info: ['M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15z', 'M10 9v5', 'M10 6.3h.01'],
  eye: ['M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10z', 'M10 7.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4z'],
  moon: ['M16.5 11.5A7 7 0 0 1 8.5 3.5a7 7 0 1 0 8 8z'],
  sun: [
    'M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z',
    'M10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1 1M14.7 14.7l1 1M4.3 15.7l1-1M14.7 5.3l1-1',
  ],
  traffic: ['M3 7h12', 'M12 4l3 3-3 3', 'M17 13H5', 'M8 10l-3 3 3 3'],
  clock: ['M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15z', 'M10 6v4.2l3 1.8'],
  people: [
    'M7.5 4a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z',
    'M2.5 16c0-3 2-5 5-5s5 2 5 5',
    'M13.5 5a2 2 0 0 1 0 4',
    'M14.5 11.3c2 .5 3 2.2 3 4.7',
  ],
  link: ['M8 12l4-4', 'M9 6l2-2a3 3 0 0 1 4.5 4.5l-2 2', 'M11 14l-2 2A3 3 0 0 1 4.5 11.5l2-2'],
  file: ['M5 2.5h6.5L15 6v11.5H5z', 'M11.5 2.5V6H15'],
  upload: ['M10 13V4', 'M6.5 7.5 10 4l3.5 3.5', 'M4 13v3.5h12V13'],
  download: ['M10 3.5V12', 'M6.5 9 10 12.5 13.5 9', 'M4 13v3.5h12V13'],
  calendar: ['M3.5 5h13v12h-13z', 'M3.5 8.5h13', 'M7 3v3M13 3v3'],
  thumbs_up: ['M3 9h3v8H3z', 'M6 10l3.5-7c1.5 0 2 1 2 2v3h4.5c1 0 1.5 1 1.300 1.800L16 15.5c-.2 1-.8 1.5-1.800 1.5H6'],
  thumbs_down: [
    'M3 3h3v8H3z',
    'M6 10l3.5 7c1.5 0 2-1 2-2v-3h4.5c1 0 1.5-1 1.300-1.800L16 4.5C15.800 3.5 15.200 3 14.200 3H6',
  ],
};

/** A 20-unit line icon; hidden from assistive technology. */
export function icon(name, extra = '') {
  const paths = (PATHS[name] ?? PATHS.info).map((d) => svg('path', { d }));
  return svg(
    'svg',
    { class: `icon ${extra}`.trim(), viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    ...paths,
  );
}
