import { readArguments, usage } from "./arguments.ts";
import type { Request } from "./arguments.ts";
import { lint } from "./lint.ts";
import { pair } from "./pair.ts";
import { print } from "./print.ts";
import type { Outcome } from "./report.ts";
import { table } from "./table.ts";

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
      return {
        output: `${request.fault === undefined ? "" : `${request.fault}\n\n`}${usage}`,
        exitCode: request.fault === undefined ? 0 : 2,
      };
  }
};

const { output, exitCode } = run(readArguments(process.argv.slice(2)));
process.exitCode = exitCode;
process.stdout.write(output);
