/** Sentences by key, in groups: a catalogue as next-intl takes it. */
export interface Messages {
  readonly [key: string]: string | Messages;
}

/** A number, or what stands for one, and its unit after a space that a line may break at. */
const brokenUnit = /(?<=[\d}]) (?=(?:ms|s|min|h|d|KiB|MiB|%|秒|分钟|小时|天)(?![\p{Script=Latin}\d]))/gu;

/** The catalogue with numbers and units that stay on one line, as in the formatter (client/format.ts): "older than 5", "s" is no sentence. */
export const holdUnits = (messages: Messages): Messages =>
  Object.fromEntries(
    Object.entries(messages).map(([key, value]) => [
      key,
      typeof value === "string" ? value.replace(brokenUnit, "\u00a0") : holdUnits(value),
    ]),
  );
