import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Diagnostic } from "./diagnostic.ts";
import { lintParsed } from "./lint-parsed.ts";
import { preprocess } from "./preprocess.ts";
import { preambleLength, soundConfig } from "./random-config.fixture.ts";
import { withFault } from "./random-fault.fixture.ts";

/**
 * Random sound configurations, and the same with one random fault each, read by `keepalived -t` in a network namespace that
 * has the interfaces they name. Seed and number of runs: FC_SEED, LINT_RUNS.
 */

const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
const count = Number(process.env["LINT_RUNS"] ?? 150);
console.info(`keepalived/lint: seed ${seed}, ${count} configurations and as many with a fault`);

const folder = mkdtempSync(join(tmpdir(), "lvs-lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A configuration as it lies on disk: every other one has its second half in a file that it includes. */
interface Files {
  readonly main: string;
  readonly part: string;
}

const partName = (index: number): string => `${index}.part`;

const filesOf = (lines: readonly string[], index: number): Files => {
  const ends = lines.flatMap((line, at) => (line === "}" && at > preambleLength ? [at + 1] : []));
  const half = index % 2 === 0 ? lines.length : (ends[Math.floor(ends.length / 2)] ?? lines.length);
  const include = half < lines.length ? [`include ${partName(index)}`] : [];
  const textOf = (some: readonly string[]): string => some.map((line) => `${line}\n`).join("");
  return { main: textOf([...lines.slice(0, half), ...include]), part: textOf(lines.slice(half)) };
};

interface Answer {
  readonly exitCode: number;
  readonly messages: readonly string[];
}

/** What the machine lacks: a fault may turn any word into the name of an interface, a user or a script. */
const ofTheMachine =
  /interface .* (?:doesn't exist|specified for)|Non-existent interface|uid\/gid|track script .* not found|SECURITY VIOLATION|Unsafe permissions/u;

/** All in one namespace, so that it is made once. */
const askKeepalived = (name: string, all: readonly Files[]): readonly Answer[] => {
  const inside = join(folder, name);
  mkdirSync(inside);
  for (const [index, { main, part }] of all.entries()) {
    writeFileSync(join(inside, `${index}.conf`), main);
    writeFileSync(join(inside, partName(index)), part);
  }
  const script = `ip link add eth0 type veth peer name eth1 && ip link set eth0 up && ip link set eth1 up
    ip addr add 192.0.2.250/24 dev eth0
    for file in *.conf; do timeout 10 keepalived -t -i lb1 -f "$file" > "$file.said" 2>&1; echo $? > "$file.code"; done`;
  const { status, stderr } = spawnSync("unshare", ["-n", "sh", "-c", script], {
    cwd: inside,
    encoding: "utf8",
  });
  if (status === null) throw new Error(`no keepalived to ask: ${stderr}`);
  const read = (file: string): string => readFileSync(join(inside, file), "latin1");
  return all.map((_, index) => ({
    exitCode: Number(read(`${index}.conf.code`)),
    messages: [
      ...new Set(
        read(`${index}.conf.said`)
          .split("\n")
          .filter((line) => line !== "" && !ofTheMachine.test(line)),
      ),
    ],
  }));
};

const findingsIn = ({ main, part }: Files, index: number): readonly Diagnostic[] => {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  const parsed = preprocess(bytesOf(main), {
    path: `${index}.conf`,
    configId: "lb1",
    read: (path) => ({ kind: "files", files: [{ path, bytes: bytesOf(part) }] }),
  });
  return lintParsed(parsed);
};

const placeOf = (message: string, index: number): string | undefined => {
  const [, path = `${index}.conf`, line] = /^\((?:(\S+): )?Line (\d+)\)/u.exec(message) ?? [];
  return line === undefined ? undefined : `${basename(path)}:${line}`;
};

/** A message without a line names what it is about. */
const isAbout = (message: string, finding: Diagnostic): boolean => {
  const names = message.match(/\[[^\]]+\]:\w+:\d+|(?<=\()[^)]+(?=\))|[\w.-]+/gu) ?? [];
  return names.some((name) => name.length > 3 && finding.message.includes(name));
};

/** How the two differ; empty where they agree. */
const disagreements = (
  { messages, exitCode }: Answer,
  findings: readonly Diagnostic[],
  index: number,
): readonly string[] => {
  const told = findings.filter(({ severity }) => severity !== "info");
  const places = new Set(told.map(({ path, line }) => `${path}:${line}`));
  const missed = messages.filter((message) => {
    const place = placeOf(message, index);
    return place === undefined ? !told.some((finding) => isAbout(message, finding)) : !places.has(place);
  });
  if (messages.length > 0) return missed.map((message) => `only keepalived: ${message}`);
  // Code 5 with nothing to say of the content is the machine's matter; others mean that keepalived did not read to the end.
  if (exitCode !== 0) return [];
  return told
    .filter(({ severity }) => severity === "error")
    .map(({ path, line, code, message }) => `only the linter: ${path}:${line} ${code}: ${message}`);
};

/** What is not said of a line: how keepalived ended, and a service without a name, or with what lies in memory for one. */
const isAboutItself = (message: string): boolean =>
  /missing '\}'s or extra|Segmentation fault|Aborted|free\(\)|malloc|corrupted|\(\(null\)\)|Virtual server \[[^\]]*[^\]\da-f.:]/u.test(
    message,
  );

/**
 * keepalived's four processes disagree where a brace is amiss: one passes over the block of another and finds its end
 * elsewhere, so that it misses a track_file or bfd_instance that the others read.
 */
const isOfOneProcess = (message: string): boolean =>
  /BFD \S+ not configured|track_file \S+ not found|FILE_CHECK has no track_file/u.test(message);

const hasStrayBrace = (findings: readonly Diagnostic[]): boolean =>
  findings.some(({ code }) => /brace/u.test(code));

describe("the linter beside keepalived -t", () => {
  it("finds no error in sound configurations, as keepalived", { timeout: 300_000 }, () => {
    const all = fc.sample(soundConfig, { seed, numRuns: count }).map(filesOf);
    const answers = askKeepalived("sound", all);
    const problems = all.flatMap((files, index) => [
      ...(answers[index]?.messages ?? []).map((message) => `keepalived: ${message}`),
      ...findingsIn(files, index)
        .filter(({ severity }) => severity === "error")
        .map(({ path, line, message }) => `the linter: ${path}:${line}: ${message}`),
    ]);
    expect([...new Set(problems)]).toEqual([]);
  });

  it("finds one random fault on the lines where keepalived does", { timeout: 300_000 }, () => {
    const trials = fc.sample(withFault(soundConfig, preambleLength), { seed, numRuns: count });
    const all = trials.map(({ lines }, index) => filesOf(lines, index));
    const answers = askKeepalived("faulty", all);
    const problems = all.flatMap((files, index) => {
      const said = answers[index];
      const findings = findingsIn(files, index);
      const isPassedOver = (message: string): boolean =>
        isAboutItself(message) || (hasStrayBrace(findings) && isOfOneProcess(message));
      const messages = said?.messages.filter((message) => !isPassedOver(message)) ?? [];
      const answer = { exitCode: said?.exitCode ?? 0, messages };
      return disagreements(answer, findings, index).map(
        (difference) => `${trials[index]?.fault ?? ""} -> ${difference}`,
      );
    });
    const complained = answers.filter(({ messages }) => messages.length > 0).length;
    console.info(`keepalived complained of ${complained} of ${count}`);
    expect(problems).toEqual([]);
  });
});
