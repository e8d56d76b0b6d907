import { runConf } from "./run-conf.ts";

const { output, complaint, exitCode } = runConf(process.argv.slice(2));
process.exitCode = exitCode;
// A reader that has seen enough (`| head`) closes the pipe: no fault of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.stderr.write(complaint ?? "");
process.stdout.write(output);
