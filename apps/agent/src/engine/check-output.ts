import type { CheckMessage } from "./engine.ts";

const placed = /^\((?<file>[^()]*): Line (?<line>\d+)\) (?<text>.*)$/u;
/** What keepalived says about the test run itself, not about the text. */
const aboutTheRun = /^(Starting|Running on|Command line|Opening file|Configuration file \S+$)/u;

/**
 * keepalived's answer to -t: `(file: Line N) text` or bare lines, each kept once although up to four processes say it
 * (parser.c reads the file in each). `checkedPath` stands for the text under test wherever it is named; places in included files keep theirs.
 */
export function parseCheckOutput(output: string, checkedPath: string): CheckMessage[] {
  const messages = new Map<string, CheckMessage>();
  for (const raw of output.split("\n")) {
    const line = raw.replaceAll("\0", "").trimEnd();
    if (line === "" || aboutTheRun.test(line)) continue;
    const message = readMessage(line, checkedPath);
    const key = `${message.line ?? ""} ${message.text}`;
    if (!messages.has(key)) messages.set(key, message);
  }
  return [...messages.values()];
}

function readMessage(line: string, checkedPath: string): CheckMessage {
  const found = placed.exec(line)?.groups;
  const text = (found?.["text"] ?? line).replaceAll(checkedPath, "keepalived.conf");
  if (found === undefined) return { text };
  return found["file"] === checkedPath ? { line: Number(found["line"]), text } : { text: line };
}

/** Messages of the second list that the first does not have; the line does not count, since lines move. */
export function newMessages(before: readonly CheckMessage[], after: readonly CheckMessage[]): CheckMessage[] {
  const left = new Map<string, number>();
  for (const { text } of before) left.set(text, (left.get(text) ?? 0) + 1);
  return after.filter(({ text }) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}
