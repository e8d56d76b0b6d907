/**
 * Words of ip-route(8) and ip-rule(8) that are numbers of the kernel. keepalived knows some names itself and looks for the
 * others in /etc/iproute2 of the machine it runs on (lib/rttables.c).
 */
export type KernelNumber = "table" | "scope" | "protocol" | "tos" | "realm" | "group";

const builtIn: Record<KernelNumber, ReadonlySet<string>> = {
  table: new Set(["default", "main", "local"]),
  scope: new Set(["global", "nowhere", "host", "link", "site"]),
  protocol: new Set(
    "none redirect kernel boot static gated ra mrt zebra bird babel dnrouted xorp ntk dhcp".split(" "),
  ),
  tos: new Set(),
  realm: new Set(),
  group: new Set(),
};

const largest: Record<KernelNumber, number> = {
  table: 4294967295,
  scope: 255,
  protocol: 255,
  tos: 255,
  realm: 255,
  group: 2147483647,
};

/** Decimal, 0x hexadecimal or 0 octal, to the end of the word: strtoul(3) with base 0. */
export const numberOf = (word: string): number | undefined => {
  const match = /^[+-]?(0x[0-9a-f]+|[0-9]+)$/iu.exec(word);
  if (match === null) return undefined;
  const digits = match[1] ?? "";
  const isOctal = /^0[0-7]+$/u.test(digits);
  if (/^0[0-9]+$/u.test(digits) && !isOctal) return undefined;
  const value = isOctal ? Number.parseInt(digits, 8) : Number(digits);
  return word.startsWith("-") ? 4294967296 - value : value;
};

/** "unknown": a name that is good only if the machine has it. */
export type NameAnswer = "good" | "bad" | "unknown";

export const judgeName = (kind: KernelNumber, word: string): NameAnswer => {
  const value = numberOf(word);
  // keepalived takes the lower 32 bits.
  if (value !== undefined) return value % 4294967296 <= largest[kind] ? "good" : "bad";
  return builtIn[kind].has(word) ? "good" : "unknown";
};

/** Types of routes. */
export const routeTypes: ReadonlySet<string> = new Set(
  "local nat broadcast brd anycast multicast prohibit unreachable blackhole xresolve unicast throw".split(
    " ",
  ),
);
