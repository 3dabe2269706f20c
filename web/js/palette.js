/** The theme's colours for canvases, which cannot read CSS variables by themselves. */

const NAMES = ['up', 'down', 'text', 'muted', 'line', 'surface', 'accent'];
const darkScheme = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();

/** The present colours by name; follows the scheme. */
export const palette = read();

export function onPaletteChange(listener) {
  listeners.add(listener);
}

darkScheme.addEventListener('change', () => {
  Object.assign(palette, read());
  for (const listener of listeners) {
    listener();
  }
});

function read() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}
