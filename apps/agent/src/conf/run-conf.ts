import { readArguments, usage } from "./arguments.ts";
import type { Request } from "./arguments.ts";
import { lint } from "./lint.ts";
import { pair } from "./pair.ts";
import { print } from "./print.ts";
import type { Outcome } from "./report.ts";
import { table } from "./table.ts";

/** The whole command but for the process: what it prints and how it ends. */
export const runConf = (argv: readonly string[]): Outcome => run(readArguments(argv));

const run = (request: Request): Outcome => {
  switch (request.verb) {
    case "lint":
      return lint(request);
    case "pair":
      return pair(request);
    case "print":
      return print(request);
    case "table":
      return table(request);
    case "help":
      return request.fault === undefined
        ? { output: usage, exitCode: 0 }
        : { output: "", complaint: `${request.fault}\n\n${usage}`, exitCode: 2 };
  }
};
