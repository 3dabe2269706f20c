/** A price line the size of a word. */
import { palette } from './palette.js';

const PADDING = 3;

export function drawSparkline(canvas, { prices }, trend) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  // Setting the size clears a canvas, and costs; both only when it changed.
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const known = prices.filter((price) => price !== null);
  if (known.length > 1 && width > 0) {
    const colour = palette[trend] ?? palette.muted;
    drawLine(context, prices, scaleTo(known, prices.length, width, height));
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.lineJoin = 'round';
    context.stroke();
  }
}

function scaleTo(known, count, width, height) {
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  return {
    x: (index) => PADDING + (index / (count - 1)) * (width - 2 * PADDING),
    y: (price) => height - PADDING - ((price - low) / span) * (height - 2 * PADDING),
  };
}

function drawLine(context, prices, { x, y }) {
  context.beginPath();
  let isPenDown = false;
  prices.forEach((price, index) => {
    if (price === null) {
      isPenDown = false;
    } else {
      context[isPenDown ? 'lineTo' : 'moveTo'](x(index), y(price));
      isPenDown = true;
    }
  });
}
