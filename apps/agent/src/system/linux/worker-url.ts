/** A worker thread's file: beside this one, in the language that it is in, source or bundle. */
export const workerUrl = (name: string): URL =>
  new URL(`./${name}.worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);
