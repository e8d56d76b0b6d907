/** Times, ages and numbers as the design writes them; no words, so the same in every language. */

const two = (value: number): string => String(value).padStart(2, "0");

const clockOf = (date: Date): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `HH:MM:SS` today, `Nov 12 HH:MM` this year, ISO date beyond. */
export const printTime = (atMs: number, nowMs: number): string => {
  const date = new Date(atMs);
  const now = new Date(nowMs);
  if (date.toDateString() === now.toDateString()) return clockOf(date);
  if (date.getFullYear() === now.getFullYear()) return `${dayOf(date)} ${minuteOf(date)}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

export const printClock = (atMs: number): string => clockOf(new Date(atMs));

/** With milliseconds: VRRP events and run output. */
export const printStamp = (atMs: number): string =>
  `${printClock(atMs)}.${String(new Date(atMs).getMilliseconds()).padStart(3, "0")}`;

/** How a time axis over these points is written: as fine as their span needs, with the date where it holds more than one day. */
export const axisTime = (points: readonly { readonly atMs: number }[]): ((atMs: number) => string) => {
  const [first, last] = [points[0], points.at(-1)];
  const spanMs = first === undefined || last === undefined ? 0 : last.atMs - first.atMs;
  if (spanMs < 300_000) return printClock;
  return spanMs < 86_400_000 + 60_000 ? (atMs) => minuteOf(new Date(atMs)) : printDayAndMinute;
};

const minuteOf = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;

const dayOf = (date: Date): string => `${months[date.getMonth()] ?? ""} ${date.getDate()}`;

const printDayAndMinute = (atMs: number): string => {
  const date = new Date(atMs);
  const minute = minuteOf(date);
  return minute === "00:00" ? dayOf(date) : `${dayOf(date)} ${minute}`;
};

/** "UTC+8", "UTC+5:30", "UTC". */
export const printOffset = (date: Date): string => {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const rest = size % 60;
  return `UTC${minutes < 0 ? "−" : "+"}${Math.floor(size / 60)}${rest === 0 ? "" : `:${two(rest)}`}`;
};

const narrowSpace = "\u202f";

/** One decimal under 10 s ("0.4 s"), then whole ("42 s", "8 min", "3 h", "2 d"). */
export const printAge = (ageMs: number): string => {
  const seconds = ageMs / 1_000;
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)}${narrowSpace}s`;
  if (seconds < 120) return `${Math.floor(seconds)}${narrowSpace}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}${narrowSpace}min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}${narrowSpace}h`;
  return `${Math.floor(seconds / 86_400)}${narrowSpace}d`;
};

/** A span as "8:09", "1:02:03". */
export const printSpan = (spanMs: number): string => {
  const seconds = Math.max(0, Math.floor(spanMs / 1_000));
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
};

/** Seconds with the digits that matter: "0.41 s", "15.3 s", "30 s". */
export const printSeconds = (ms: number): string => {
  const seconds = ms / 1_000;
  const digits = seconds < 1 ? 2 : seconds < 20 ? 1 : 0;
  return `${seconds.toFixed(digits)}${narrowSpace}s`;
};

/** Sums in our own columns: "21,272". Rows of ipvsadm never go through here. */
export const printSum = (value: number): string => Math.round(value).toLocaleString("en-US");

/** Rates keep one decimal below ten. */
export const printRate = (value: number): string =>
  value > 0 && value < 10 ? (Math.round(value * 10) / 10).toString() : printSum(value);

/** Bytes per second in our own columns: "1,204 KiB/s". */
export const printByteRate = (bytesPerSecond: number): string => {
  if (bytesPerSecond < 1_024) return `${Math.round(bytesPerSecond)}${narrowSpace}B/s`;
  const kibi = bytesPerSecond / 1_024;
  if (kibi < 1_024 * 10) return `${printSum(kibi)}${narrowSpace}KiB/s`;
  return `${printSum(kibi / 1_024)}${narrowSpace}MiB/s`;
};

export const printPercent = (share: number): string => `${Math.round(share * 100)}${narrowSpace}%`;
