/** Figures as the server writes them (core/formatting.py): three significant digits, 1 MB = 10^6 bytes. */

const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"];
const SPACE = "\u00a0";

const grouped = (value: number, decimals: number): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** 0.412, 41.3, 1,210 */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(digits));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  return grouped(rounded, decimals).replace("-", "−");
}

/** 12,345 */
export const count = (value: number): string => grouped(Math.round(value), 0);

/** 890 bytes, 295 kB, 1.21 GB */
export function size(bytes: number): string {
  let step = 0;
  let scaled = bytes;
  while (step < UNITS.length - 1 && Math.round(scaled) >= 1000) {
    scaled /= 1000;
    step += 1;
  }
  if (step === 0) return `${count(bytes)}${SPACE}${bytes === 1 ? "byte" : "bytes"}`;
  return `${significant(scaled)}${SPACE}${UNITS[step]}`;
}

/** Bytes per second as MB/s. */
export const rate = (bytesPerSecond: number): string => `${significant(bytesPerSecond / 1e6)}${SPACE}MB/s`;

/** 56.0 kbit/s, 2.94 Mbit/s, 1.00 Gbit/s */
export function bandwidth(mbitS: number): string {
  if (mbitS >= 999.5) return `${significant(mbitS / 1000)}${SPACE}Gbit/s`;
  return mbitS >= 0.9995 ? `${significant(mbitS)}${SPACE}Mbit/s` : `${significant(mbitS * 1000)}${SPACE}kbit/s`;
}

/** 64 %, 3.2 % */
export function percent(share: number): string {
  const decimals = share >= 0.1 || share === 0 ? 0 : 1;
  return `${(share * 100).toFixed(decimals)}${SPACE}%`;
}

/** 410 ms, 12.3 s, 1 min 12 s, 2 h 5 min */
export function duration(seconds: number): string {
  if (seconds < 1) return seconds > 0 ? `${significant(seconds * 1000)}${SPACE}ms` : `0${SPACE}s`;
  if (seconds < 59.95) return `${significant(seconds)}${SPACE}s`;
  const whole = Math.round(seconds);
  if (whole >= 86400) return two(whole / 86400, "d", (whole % 86400) / 3600, "h");
  if (whole >= 3600) return two(whole / 3600, "h", (whole % 3600) / 60, "min");
  return two(whole / 60, "min", whole % 60, "s");
}

function two(large: number, unit: string, small: number, nextUnit: string): string {
  const first = `${Math.floor(large)}${SPACE}${unit}`;
  return Math.floor(small) ? `${first} ${Math.floor(small)}${SPACE}${nextUnit}` : first;
}

/** What is known of something under way. */
export interface Progress {
  done: number;
  total?: number | null | undefined;
  unit?: string;
  /** Units per second, measured. */
  perSecond?: number | null;
}

/** 64 % · 38.1 MB/s · 12 s left, or 12 of 80 files */
export function progress({ done, total, unit = "", perSecond }: Progress): string {
  const bytes = unit === "bytes";
  const parts: string[] = [];
  if (total) parts.push(bytes || !unit ? percent(done / total) : `${count(done)} of ${count(total)}${SPACE}${unit}`);
  else if (done) parts.push(bytes ? size(done) : `${count(done)}${SPACE}${unit}`);
  if (perSecond) {
    parts.push(bytes ? rate(perSecond) : `${significant(perSecond)}${SPACE}${unit}/s`);
    if (total && total > done) parts.push(`${wholeSeconds(Math.max(1, Math.round((total - done) / perSecond)))} left`);
  }
  return parts.join(" · ");
}

/** 12 s, 1 min 12 s: for a time that goes on */
export const wholeSeconds = (seconds: number): string =>
  (seconds < 60 ? `${seconds}${SPACE}s` : duration(seconds));

/** 3 minutes ago, in 2 hours */
export function relative(moment: Date, now: Date): string {
  const seconds = (now.getTime() - moment.getTime()) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 10) return "just now";
  for (const [name, length] of [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ] as const) {
    if (distance < length) continue;
    const amount = Math.floor(distance / length);
    const words = `${amount} ${name}${amount === 1 ? "" : "s"}`;
    return seconds > 0 ? `${words} ago` : `in ${words}`;
  }
  return "just now";
}
