/**
 * The large live chart: one colour above what `change` is counted from, another below. uPlot draws axes and
 * line, chart-paint.js the rest.
 */
import uPlot from '../vendor/uPlot.esm.js';
import { AXIS_WIDTH, drawBaseLine, drawPriceTag, FONT, isInView, paintAround } from './chart-paint.js';
import { grouped } from './decimal.js';
import { onPaletteChange, palette } from './palette.js';

/** A young chart still spans this much time, or its first seconds would look like an earthquake. */
const MIN_SPAN_SECONDS = 60;

export class Chart extends EventTarget {
  #plot;
  #base;
  #last;
  #digits = 2;

  constructor(container) {
    super();
    this.#plot = new uPlot(this.#options(), [[], []], container);
    // uPlot has a fixed size by design; the container has ours.
    new ResizeObserver(() => this.#fit(container)).observe(container);
    onPaletteChange(() => this.#plot.redraw());
  }

  /**
   * @param {{ history: { times: number[], prices: number[] }, base?: number, last?: string, digits: number }}
   * view
   */
  show({ history, base, last, digits }) {
    this.#base = base ?? history.prices.find((price) => price !== null);
    this.#last = last;
    this.#digits = digits;
    this.#plot.setData([history.times, history.prices]);
  }

  #fit({ clientWidth: width, clientHeight: height }) {
    if (width > 0 && height > 0) {
      this.#plot.setSize({ width, height });
    }
  }

  #options() {
    const axis = {
      font: FONT,
      stroke: () => palette.muted,
      grid: { stroke: () => palette.line, width: 1 },
      ticks: { show: false },
    };
    return {
      width: 300,
      height: 200,
      padding: [12, 0, 0, 12],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7, fill: () => palette.text } },
      scales: { x: { range: timeRange }, y: { range: priceRange } },
      axes: [
        { ...axis, size: 30, space: 90, values: (plot, seconds) => seconds.map(timeText) },
        {
          ...axis,
          side: 1,
          size: AXIS_WIDTH,
          values: (plot, prices) => prices.map((p) => this.#priceText(p)),
        },
      ],
      series: [
        {},
        {
          width: 1.75,
          points: { show: false },
          stroke: (plot) => paintAround(plot, this.#base, 'ff', 'ff'),
          fill: (plot) => paintAround(plot, this.#base, '38', '08'),
          fillTo: (plot, index, min) => (isInView(plot, this.#base) ? this.#base : min - Math.abs(min)),
        },
      ],
      hooks: { draw: [(plot) => this.#drawMarks(plot)], setCursor: [(plot) => this.#tellCursor(plot)] },
    };
  }

  #drawMarks(plot) {
    drawBaseLine(plot, this.#base);
    const price = plot.data[1].at(-1);
    if (price !== null && price !== undefined) {
      const text = this.#last === undefined ? this.#priceText(price) : grouped(this.#last);
      drawPriceTag(plot, this.#base, text);
    }
  }

  #tellCursor(plot) {
    const index = plot.cursor.idx;
    const price = index === null ? undefined : plot.data[1][index];
    const isOnLine = price !== null && price !== undefined;
    const detail = isOnLine ? `${timeText(plot.data[0][index])}  ${this.#priceText(price)}` : '';
    this.dispatchEvent(new CustomEvent('cursor', { detail }));
  }

  #priceText(price) {
    return grouped(price.toFixed(this.#digits));
  }
}

function timeRange(plot, min, max) {
  return max === null
    ? [0, MIN_SPAN_SECONDS]
    : [Math.min(min, max - MIN_SPAN_SECONDS), max + (max - min) * 0.02];
}

function priceRange(plot, min, max) {
  if (max === null) {
    return [0, 1];
  }
  const padding = Math.max((max - min) * 0.15, Math.abs(max) * 0.0002);
  return [min - padding, max + padding];
}

function timeText(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}
