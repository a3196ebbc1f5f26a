/** Strokes on a grid of 20. */
const PATHS = {
  close: 'M5 5l10 10M15 5L5 15',
  upload: 'M10 13V4M6 7.5L10 3.5l4 4M4 13v2.5a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V13',
  pause: 'M7 5v10M13 5v10',
  play: 'M6.5 4.5v11l9-5.5z',
  retry: 'M15.5 10a5.5 5.5 0 1 1-1.6-3.9M15.5 3v3.5H12',
  trash: 'M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6',
  stop: 'M6 6h8v8H6z',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  download: 'M10 4v9M6 9.5l4 4 4-4M4 16.5h12',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.5 3.5',
  back: 'M12 4.5L6.5 10l5.5 5.5',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1',
  moon: 'M16 11.5A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.5z',
  system: 'M3 4.5h14v9H3zM7 16.5h6M10 13.5v3',
  file: 'M5.5 3h6l3.5 3.5V17h-9.500zM11 3v4h4',
  folder: 'M3 5.500h5l1.500 2h7.500v8H3z',
  link: 'M8.500 11.500l3-3M7 9L5 11a2.800 2.800 0 0 0 4 4l2-2M13 11l2-2a2.800 2.800 0 0 0-4-4L9 7',
  warning: 'M10 3.500L17.500 16.500h-15zM10 8v4M10 14.200v.1',
  menu: 'M3 6h14M3 10h14M3 14h14',
} as const;

export type IconName = keyof typeof PATHS;

/** Beside words, or in a button that has a name. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
