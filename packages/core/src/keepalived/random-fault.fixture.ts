import fc from "fast-check";

/** One fault in one line of a configuration, as people make them. `random` is 0 to 1, to choose among several ways. */
type Fault = (lines: string[], at: number, random: number) => void;

const inWords =
  (change: (words: string[], random: number) => void): Fault =>
  (lines, at, random) => {
    const [, indent = "", content = ""] = /^(\s*)(.*)$/u.exec(lines[at] ?? "") ?? [];
    const words = content.split(" ");
    change(words, random);
    lines[at] = indent + words.join(" ");
  };

const pick = <T>(from: readonly T[], random: number): T | undefined => from[Math.floor(random * from.length)];

const opens = (words: readonly string[]): boolean => words.at(-1) === "{";

/** Changes one of the words of a kind, but never the first. */
const inWord = (kind: RegExp, change: (word: string, random: number) => string): Fault =>
  inWords((words, random) => {
    const places = words.flatMap((word, index) => (index > 0 && kind.test(word) ? [index] : []));
    const place = pick(places, random);
    if (place !== undefined) words[place] = change(words[place] ?? "", (random * 997) % 1);
  });

const number = /^\d+$/u;
const inAddress =
  (change: (word: string, random: number) => string): Fault =>
  (lines, at, random) => {
    const [, before = "", found, after = ""] =
      /^(.*?)((?:\d+\.){3}\d+(?:\/\d+)?|[0-9a-f]*:[0-9a-f:]+(?:\/\d+)?)(.*)$/u.exec(lines[at] ?? "") ?? [];
    if (found !== undefined) lines[at] = before + change(found, random) + after;
  };
const oneOf =
  (...words: readonly string[]) =>
  (_: string, random: number): string =>
    pick(words, random) ?? "";

const wrongBlock = [
  "virtual_router_id 77",
  "weight 5",
  "lb_algo rr",
  "state BACKUP",
  "protocol TCP",
  "delay_loop 6",
  "nopreempt",
  "smtp_alert",
  "interval 2",
  "url {",
  "TCP_CHECK {",
  "virtual_ipaddress {",
  "path /",
] as const;

const misspelt = (word: string, random: number): string => {
  const at = Math.floor(random * word.length);
  const [before, letter, after] = [word.slice(0, at), word.charAt(at), word.slice(at + 1)];
  const ways = [
    before + after,
    before + letter + letter + after,
    word.toUpperCase(),
    `${before}_${letter}${after}`,
  ];
  return pick(ways, (random * 613) % 1) ?? word;
};

export const faults: Readonly<Record<string, Fault>> = {
  "a misspelt keyword": inWords((words, random) => {
    words[0] = misspelt(words[0] ?? "", random);
  }),
  "its last word gone": inWords((words) => {
    if (words.length > 1) words.splice(opens(words) ? -2 : -1, 1);
  }),
  "nothing but the keyword": inWords((words) => {
    words.splice(1, words.length, ...(opens(words) ? ["{"] : []));
  }),
  "a word too many": inWords((words, random) => {
    words.splice(opens(words) ? -1 : words.length, 0, pick(["more", "1", "#c", "more words"], random) ?? "");
  }),
  "a number far out of range": inWord(number, oneOf("99999999999", "65536", "4295", "256", "300")),
  "a number that is zero": inWord(number, oneOf("0", "00", "0.0")),
  "a number with something behind it": inWord(
    number,
    (word, random) => word + oneOf("x", "s", "%", ".5", ",", "ms")("", random),
  ),
  "a number with something before it": inWord(
    number,
    (word, random) => oneOf("-", "+", "0x", "=", "$")("", random) + word,
  ),
  "a comment glued to a value": inWord(/./u, (word, random) => word + oneOf("#x", "!x", "#")("", random)),
  "an address that is none": inAddress(
    oneOf("192.0.2.300", "192.0.2", "host.example.net", "192.0.2.9.9", "2001:db8::x"),
  ),
  "an address of the other family": inAddress((word) => (word.includes(":") ? "192.0.2.77" : "2001:db8::77")),
  "a mask too long or none": inAddress(
    (word, random) =>
      word.replace(/\/.*/u, "") + oneOf("/33", "/129", "/x", "/", "/-1", "/255.255.255.0")("", random),
  ),
  "something behind an address": inAddress((word, random) => word + oneOf(",", ";", ":80", ".")("", random)),
  "a bad port": inWord(/^80$/u, oneOf("0", "65536", "http", "80/tcp", "-80", "8O")),
  "a line gone": (lines, at) => void lines.splice(at, 1),
  "a line twice": (lines, at) => void lines.splice(at, 0, lines[at] ?? ""),
  "a line in another place": (lines, at, random) => {
    const [line = ""] = lines.splice(at, 1);
    lines.splice(Math.floor(random * lines.length), 0, line);
  },
  "two lines in one": (lines, at) => {
    lines.splice(at, 2, `${lines[at] ?? ""} ${lines[at + 1]?.trim() ?? ""}`);
  },
  "a } too many": (lines, at) => void lines.splice(at, 0, "}"),
  "a { too many": (lines, at) => void lines.splice(at, 0, "{"),
  "a brace gone": (lines, at) => {
    lines[at] = (lines[at] ?? "").replace(/[{}]/u, "");
  },
  "another bracket": (lines, at) => {
    lines[at] = (lines[at] ?? "").replace("{", "(").replace("}", ")");
  },
  "a brace glued to the word": (lines, at) => {
    lines[at] = (lines[at] ?? "").replace(/\s+\{/u, "{");
  },
  "a brace on the next line": (lines, at) => {
    const [head = "", ...rest] = (lines[at] ?? "").split("{");
    if (rest.length > 0) lines.splice(at, 1, head, "{");
  },
  "a quote never closed": inWords((words, random) => {
    const at = Math.floor(random * words.length);
    words[at] = `"${words[at] ?? ""}`;
  }),
  "single quotes": inWord(/./u, (word) => (word === "{" ? word : `'${word}'`)),
  "double quotes": inWord(/^[^{$"]+$/u, (word) => `"${word}"`),
  "an equals sign": inWords((words) => void words.splice(1, 0, "=")),
  "a semicolon": (lines, at) => {
    lines[at] = `${lines[at] ?? ""};`;
  },
  "tabs for blanks": (lines, at) => {
    lines[at] = (lines[at] ?? "").replace(/ /gu, "\t");
  },
  "line ends of Windows": (lines) => lines.forEach((line, index) => (lines[index] = `${line}\r`)),
  "a line commented out": (lines, at) => {
    lines[at] = `# ${lines[at] ?? ""}`;
  },
  "a comment of another language": (lines, at) => {
    lines[at] = `// ${lines[at]?.trim() ?? ""}`;
  },
  "a keyword of another block": (lines, at, random) => {
    const line = pick(wrongBlock, random) ?? "";
    lines.splice(at, 0, line, ...(line.endsWith("{") ? ["}"] : []));
  },
  "a variable that is not there": inWord(/^[^{]/u, oneOf("$NO_SUCH", "${NO_SUCH}")),
};

const never = /\\$|^\$|^~|^include/u;

export interface Trial {
  /** What was done, and to which line. */
  readonly fault: string;
  readonly lines: readonly string[];
}

/** The lines with the fault; undefined where it changes nothing. */
const changedBy = (
  fault: string,
  lines: readonly string[],
  { at, random }: { at: number; random: number },
): readonly string[] | undefined => {
  const changed = [...lines];
  faults[fault]?.(changed, at, random);
  return changed.join("\n") === lines.join("\n") ? undefined : changed;
};

/** A configuration with one fault; the preamble before `from` and the lines of definitions stay as they are. */
export const withFault = (config: fc.Arbitrary<readonly string[]>, from: number): fc.Arbitrary<Trial> =>
  fc
    .tuple(
      config,
      fc.constantFrom(...Object.keys(faults)),
      fc.nat(),
      fc.double({ min: 0, max: 0.999_999, noNaN: true }),
    )
    .map(([lines, fault, place, random]) => {
      const places = lines.flatMap((line, index) => (index < from || never.test(line) ? [] : [index]));
      // From the chosen line on, the first one that the fault changes: an address needs an address.
      const order = places.map((_, index) => places[(index + place) % places.length] ?? from);
      const at = order.find((candidate) => changedBy(fault, lines, { at: candidate, random }) !== undefined);
      const changed = (at === undefined ? undefined : changedBy(fault, lines, { at, random })) ?? lines;
      const where = at ?? from;
      return {
        fault: `${fault}, line ${where + 1}: ${lines[where]?.trim() ?? ""} -> ${changed[where]?.trim() ?? ""}`,
        lines: changed,
      };
    });
