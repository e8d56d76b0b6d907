import { runConf } from "./run-conf.ts";

const { output, exitCode } = runConf(process.argv.slice(2));
process.exitCode = exitCode;
process.stdout.write(output);
