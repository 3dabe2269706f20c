/**
 * What the chart shows beyond uPlot: colours that change at the base price, the base line, the price tag on
 * the axis.
 */
import { palette } from './palette.js';

export const FONT = '11px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** Room right of the plot for prices and their tag, CSS pixels. */
export const AXIS_WIDTH = 76;

export function isInView({ scales: { y } }, price) {
  return price > y.min && price < y.max;
}

/**
 * Up colour above the base, down colour below it. `near` and `far`: alpha as two hex digits, at the line and
 * away from it.
 */
export function paintAround(plot, base, near, far) {
  const { top, height } = plot.bbox;
  if (!(height > 0)) {
    return palette.muted;
  }
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  if (isInView(plot, base)) {
    const edge = (plot.valToPos(base, 'y', true) - top) / height;
    gradient.addColorStop(0, palette.up + near);
    gradient.addColorStop(edge, palette.up + far);
    gradient.addColorStop(edge, palette.down + far);
    gradient.addColorStop(1, palette.down + near);
  } else {
    const colour = plot.scales.y.min >= base ? palette.up : palette.down;
    gradient.addColorStop(0, colour + near);
    gradient.addColorStop(1, colour + far);
  }
  return gradient;
}

export function drawBaseLine(plot, base) {
  if (!isInView(plot, base)) {
    return;
  }
  const { ctx: context, bbox } = plot;
  const y = plot.valToPos(base, 'y', true);
  context.save();
  context.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  context.strokeStyle = palette.muted;
  context.lineWidth = devicePixelRatio;
  context.beginPath();
  context.moveTo(bbox.left, y);
  context.lineTo(bbox.left + bbox.width, y);
  context.stroke();
  context.restore();
}

/** A dot at the end of the line and its price on the axis. */
export function drawPriceTag(plot, base, text) {
  const { ctx: context, bbox } = plot;
  const [times, prices] = plot.data;
  const x = plot.valToPos(times.at(-1), 'x', true);
  const y = plot.valToPos(prices.at(-1), 'y', true);
  const axis = bbox.left + bbox.width;
  const px = (cssPixels) => cssPixels * devicePixelRatio;
  context.save();
  context.fillStyle = prices.at(-1) >= base ? palette.up : palette.down;
  context.beginPath();
  context.arc(x, y, px(3.5), 0, 2 * Math.PI);
  context.roundRect(axis + px(2), y - px(10), px(AXIS_WIDTH - 4), px(20), px(4));
  context.fill();
  context.fillStyle = palette.surface;
  context.font = FONT.replace('11px', `600 ${px(11)}px`);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, axis + px(8), y + px(1), px(AXIS_WIDTH - 16));
  context.restore();
}
