/** Three digits, for values from well below one to hundreds. */
export function microseconds(value: number): string {
  return value.toPrecision(3);
}

/** Four digits are more than a noisy machine can say. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

export function milliseconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

export function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Never rounds up to 100 %. */
export function exactPercent(share: number): string {
  return share === 1 ? '100 %' : `${(Math.floor(share * 1e6) / 1e4).toFixed(4)} %`;
}

export function ratio(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ×`;
}

/** Inline code in a Markdown table. */
export function code(text: string): string {
  return `\`${text}\``;
}
