/** The words of one line of `ipvsadm -R`, taken apart as popt(3) does for ipvsadm. Every option ipvsadm 1.31 has is known here. */

type OptionSpec = {
  readonly long: string;
  readonly short?: string;
  readonly argument: "none" | "required" | "optional";
};

const commandSpecs: readonly OptionSpec[] = [
  { long: "add-service", short: "A", argument: "none" },
  { long: "edit-service", short: "E", argument: "none" },
  { long: "delete-service", short: "D", argument: "none" },
  { long: "clear", short: "C", argument: "none" },
  { long: "zero", short: "Z", argument: "none" },
  { long: "add-server", short: "a", argument: "none" },
  { long: "edit-server", short: "e", argument: "none" },
  { long: "delete-server", short: "d", argument: "none" },
  { long: "set", argument: "none" },
  { long: "start-daemon", argument: "required" },
  { long: "stop-daemon", argument: "required" },
  { long: "list", short: "L", argument: "none" },
  { long: "list", short: "l", argument: "none" },
  { long: "restore", short: "R", argument: "none" },
  { long: "save", short: "S", argument: "none" },
  { long: "help", short: "h", argument: "none" },
  { long: "version", short: "v", argument: "none" },
];

const optionSpecs: readonly OptionSpec[] = [
  { long: "tcp-service", short: "t", argument: "required" },
  { long: "udp-service", short: "u", argument: "required" },
  { long: "sctp-service", argument: "required" },
  { long: "fwmark-service", short: "f", argument: "required" },
  { long: "ipv6", short: "6", argument: "none" },
  { long: "scheduler", short: "s", argument: "required" },
  { long: "sched-flags", short: "b", argument: "required" },
  { long: "persistent", short: "p", argument: "optional" },
  { long: "netmask", short: "M", argument: "required" },
  { long: "pe", argument: "required" },
  { long: "ops", short: "o", argument: "none" },
  { long: "real-server", short: "r", argument: "required" },
  { long: "masquerading", short: "m", argument: "none" },
  { long: "ipip", short: "i", argument: "none" },
  { long: "gatewaying", short: "g", argument: "none" },
  { long: "weight", short: "w", argument: "required" },
  { long: "u-threshold", short: "x", argument: "required" },
  { long: "l-threshold", short: "y", argument: "required" },
  { long: "tun-type", argument: "required" },
  { long: "tun-port", argument: "required" },
  { long: "tun-nocsum", argument: "none" },
  { long: "tun-csum", argument: "none" },
  { long: "tun-remcsum", argument: "none" },
  { long: "mcast-interface", argument: "required" },
  { long: "mcast-group", argument: "required" },
  { long: "mcast-port", argument: "required" },
  { long: "mcast-ttl", argument: "required" },
  { long: "syncid", argument: "required" },
  { long: "sync-maxlen", argument: "required" },
];

const serviceOptions = ["tcp-service", "udp-service", "sctp-service", "fwmark-service", "ipv6"];
const settingOptions = [...serviceOptions, "scheduler", "sched-flags", "persistent", "netmask", "pe", "ops"];
const forwardingOptions = [
  "masquerading",
  "ipip",
  "gatewaying",
  "tun-type",
  "tun-port",
  "tun-nocsum",
  "tun-csum",
  "tun-remcsum",
];
const serverOptions = [
  ...serviceOptions,
  "real-server",
  ...forwardingOptions,
  "weight",
  "u-threshold",
  "l-threshold",
];
const multicastOptions = [
  "mcast-interface",
  "mcast-group",
  "mcast-port",
  "mcast-ttl",
  "syncid",
  "sync-maxlen",
];

/** Which options each command takes (ipvsadm.c commands_v_options); a command that is not here takes none. */
const optionsOfCommand: ReadonlyMap<string, readonly string[]> = new Map([
  ["add-service", settingOptions],
  ["edit-service", settingOptions],
  ["delete-service", serviceOptions],
  ["zero", serviceOptions],
  ["add-server", serverOptions],
  ["edit-server", serverOptions],
  ["delete-server", [...serviceOptions, "real-server"]],
  ["start-daemon", ["start-daemon", ...multicastOptions]],
  ["stop-daemon", ["stop-daemon", "syncid"]],
]);

const allSpecs = [...commandSpecs, ...optionSpecs];
const commandNames = new Set(commandSpecs.map(({ long }) => long));

export type RuleWords = {
  /** Long name of the command: "add-service". */
  readonly command: string;
  /** By long name; an option without argument has the empty text. */
  readonly options: ReadonlyMap<string, string>;
  /** Words that belong to no option: the numbers of `--set`. */
  readonly rest: readonly string[];
};

class WordReader {
  readonly #words: readonly string[];
  readonly taken: { name: string; value: string }[] = [];
  readonly rest: string[] = [];
  #next = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** Takes all words; the reason when one is not understood. */
  readAll(): string | undefined {
    for (let word = this.#words[this.#next]; word !== undefined; word = this.#words[this.#next]) {
      this.#next += 1;
      const reason = word.startsWith("--") ? this.#readLong(word) : this.#readShortOrRest(word);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #readLong(word: string): string | undefined {
    const equals = word.indexOf("=");
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const spec = allSpecs.find(({ long }) => long === name);
    return spec === undefined
      ? `unknown option --${name}`
      : this.#take(spec, equals < 0 ? undefined : word.slice(equals + 1));
  }

  #readShortOrRest(word: string): string | undefined {
    if (!word.startsWith("-") || word === "-") {
      this.rest.push(word);
      return undefined;
    }
    return this.#readBundle(word.slice(1));
  }

  /** "-At ADDRESS", "-tADDRESS": several one-letter options in one word, the last may have an argument. */
  #readBundle(letters: string): string | undefined {
    for (let index = 0; index < letters.length; index += 1) {
      const letter = letters[index] ?? "";
      const spec = allSpecs.find(({ short }) => short === letter);
      if (spec === undefined) return `unknown option -${letter}`;
      const tail = letters.slice(index + 1);
      if (spec.argument !== "none" && tail !== "")
        return this.#take(spec, tail.startsWith("=") ? tail.slice(1) : tail);
      const reason = this.#take(spec, undefined);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** Notes an option, with the argument given in its own word or else the next word where one is wanted. */
  #take(spec: OptionSpec, own: string | undefined): string | undefined {
    if (spec.argument === "none") {
      if (own !== undefined) return `--${spec.long} takes no argument`;
      this.taken.push({ name: spec.long, value: "" });
      return undefined;
    }
    const next = this.#words[this.#next];
    const isOptional = spec.argument === "optional";
    const usesNext = own === undefined && next !== undefined && !(isOptional && next.startsWith("-"));
    if (own === undefined && !usesNext && !isOptional) return `--${spec.long} needs an argument`;
    if (usesNext) this.#next += 1;
    this.taken.push({ name: spec.long, value: own ?? (usesNext ? next : "") });
    return undefined;
  }
}

/** Takes one line apart. The reason, in words, when it is no line ipvsadm would take. */
export const readRuleWords = (line: string): RuleWords | string => {
  const reader = new WordReader(line.trim().split(/\s+/));
  const reason = reader.readAll();
  if (reason !== undefined) return reason;
  const [first, ...others] = reader.taken;
  if (first === undefined || !commandNames.has(first.name))
    return "a rule begins with its command, as -A or -a";
  const options = new Map<string, string>();
  if (first.value !== "") options.set(first.name, first.value);
  for (const { name, value } of others) {
    if (commandNames.has(name)) return "multiple commands specified";
    if (options.has(name)) return `multiple --${name} options specified`;
    options.set(name, value);
  }
  const allowed = optionsOfCommand.get(first.name) ?? [];
  const illegal = [...options.keys()].find((name) => !allowed.includes(name));
  if (illegal !== undefined) return `--${first.name} takes no --${illegal}`;
  return { command: first.name, options, rest: reader.rest };
};
