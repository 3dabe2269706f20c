import { LogAxis } from './log-axis.js';
import { median } from './statistics.js';
import { placeLabels } from './place-labels.js';

/** One line of a plot: what was measured at each x, once a round. */
export interface Line {
  readonly label: string;
  readonly color: string;
  readonly isDashed: boolean;
  readonly points: readonly { readonly x: number; readonly values: readonly number[] }[];
}

interface LinePlot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly Line[];
}

const WIDTH = 900;
const HEIGHT = 520;
const LEFT = 76;
/** The labels of the lines stand to the right of it. */
const RIGHT = 720;
const TOP = 56;
const BOTTOM = 456;
/** How far the axes reach beyond the outermost values. */
const MARGIN = 1.15;
const WHISKER = 4;

const STYLE =
  'text{font:13px system-ui,sans-serif;fill:#333}.title{font-size:16px;font-weight:600}' +
  '.grid{stroke:#e3e3e3}.frame{fill:none;stroke:#888}';

/** Draws lines on two logarithmic axes: markers at the medians, whiskers from the lowest to the highest value. */
export function linePlot({ title, xTitle, yTitle, lines }: LinePlot): string {
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const ys = lines.flatMap(({ points }) => points.flatMap(({ values }) => values));
  const xAxis = new LogAxis(Math.min(...xs) / MARGIN, Math.max(...xs) * MARGIN, LEFT, RIGHT);
  const yAxis = new LogAxis(Math.min(...ys) / MARGIN, Math.max(...ys) * MARGIN, BOTTOM, TOP);
  const middle = (TOP + BOTTOM) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 32, title, 'class="title"'),
    ...xAxis.ticks.flatMap((tick) => [
      segment(xAxis.at(tick), TOP, xAxis.at(tick), BOTTOM, 'class="grid"'),
      text(xAxis.at(tick), BOTTOM + 20, String(tick), 'text-anchor="middle"'),
    ]),
    ...yAxis.ticks.flatMap((tick) => [
      segment(LEFT, yAxis.at(tick), RIGHT, yAxis.at(tick), 'class="grid"'),
      text(LEFT - 8, yAxis.at(tick) + 4, String(tick), 'text-anchor="end"'),
    ]),
    `<rect class="frame" x="${LEFT}" y="${TOP}" width="${RIGHT - LEFT}" height="${BOTTOM - TOP}"/>`,
    text((LEFT + RIGHT) / 2, BOTTOM + 46, xTitle, 'text-anchor="middle"'),
    text(22, middle, yTitle, `text-anchor="middle" transform="rotate(-90 22 ${middle})"`),
    ...lines.map((line) => drawnLine(line, xAxis, yAxis)),
    ...lineLabels(lines, xAxis, yAxis),
    '</svg>',
    '',
  ].join('\n');
}

function drawnLine({ color, isDashed, points }: Line, xAxis: LogAxis, yAxis: LogAxis): string {
  const places = points.map(({ x, values }) => [xAxis.at(x), yAxis.at(median(values))].map(pixels).join());
  const marks = points.map(({ x, values }) => mark(xAxis.at(x), values, isDashed ? '#fff' : color, yAxis));
  const dashes = isDashed ? ' stroke-dasharray="6 4"' : '';
  return [
    `<g stroke="${color}" stroke-width="2">`,
    `<polyline points="${places.join(' ')}" fill="none"${dashes}/>`,
    ...marks.flat(),
    '</g>',
  ].join('\n');
}

function mark(x: number, values: readonly number[], fill: string, yAxis: LogAxis): string[] {
  const [low, high] = [yAxis.at(Math.min(...values)), yAxis.at(Math.max(...values))];
  const circle = `<circle cx="${pixels(x)}" cy="${pixels(yAxis.at(median(values)))}" r="3.5" fill="${fill}"/>`;
  if (values.length === 1) {
    return [circle];
  }
  const thin = 'stroke-width="1"';
  return [
    segment(x, low, x, high, thin),
    segment(x - WHISKER, low, x + WHISKER, low, thin),
    segment(x - WHISKER, high, x + WHISKER, high, thin),
    circle,
  ];
}

/** Each at the height of its line's end, or as near to it as the others let it stand. */
function lineLabels(lines: readonly Line[], xAxis: LogAxis, yAxis: LogAxis): string[] {
  const ends = lines.map(({ points }) => points.at(-1)!);
  const heights = placeLabels(ends.map(({ values }) => yAxis.at(median(values))));
  return lines.flatMap(({ label, color }, index) => {
    const [endX, endY] = [xAxis.at(ends[index]!.x) + 6, yAxis.at(median(ends[index]!.values))];
    const y = heights[index]!;
    return [
      `<polyline points="${[endX, endY, RIGHT + 4, endY, RIGHT + 14, y].map(pixels).join(' ')}" fill="none" stroke="${color}" stroke-opacity="0.45"/>`,
      `<text x="${RIGHT + 18}" y="${pixels(y + 4)}" style="fill:${color}">${label}</text>`,
    ];
  });
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${pixels(x)}" y="${pixels(y)}" ${attributes}>${content}</text>`;
}

function segment(x1: number, y1: number, x2: number, y2: number, attributes: string): string {
  return `<line x1="${pixels(x1)}" y1="${pixels(y1)}" x2="${pixels(x2)}" y2="${pixels(y2)}" ${attributes}/>`;
}

function pixels(value: number): string {
  return String(Math.round(value * 10) / 10);
}
