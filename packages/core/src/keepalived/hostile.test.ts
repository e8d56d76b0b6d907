import { describe, expect, it } from "vitest";
import { composeModel } from "./compose.ts";
import { encodeUtf8 } from "./encoding.ts";
import { lintConfig } from "./lint.ts";
import { preprocess } from "./preprocess.ts";
import type { IncludeReader } from "./preprocessor.ts";

/** Each takes a few hundred milliseconds at most; what is quadratic in one of these sizes takes far more than this. */
const maxSeconds = 5;

const read = (text: string, reader?: IncludeReader) => {
  const options = { path: "a.conf", configId: "me", ...(reader === undefined ? {} : { read: reader }) };
  const started = process.cpuUsage();
  const { value, diagnostics } = preprocess(encodeUtf8(text), options);
  const model = composeModel(value);
  const findings = lintConfig(value);
  const { user, system } = process.cpuUsage(started);
  const codes = new Set([...diagnostics, ...model.diagnostics, ...findings].map(({ code }) => code));
  return { codes, seconds: (user + system) / 1e6 };
};

const megabyte = 1_000_000;
const doublings = Array.from({ length: 40 }, (_, at) => `$A${at + 1}=\${A${at}}\${A${at}}\n`).join("");

const addresses = (network: number): string[] =>
  Array.from({ length: 10_000 }, (_, at) => `10.${network}.${at >> 8}.${at & 255}`);
const service = "lb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.3.0.1 80 {\nTCP_CHECK {\n}\n}\n";
const instance = "$I= \\\nvrrp_instance V${i} { \\\n interface lo \\\n virtual_router_id 5 \\\n}\n";
const unheld = (): string =>
  `vrrp_instance A {\ninterface lo\nvirtual_router_id 1\nvirtual_ipaddress {\n${addresses(1).join("\n")}\n}\n}\n` +
  addresses(2)
    .map((address) => `virtual_server ${address} 80 {\n${service}}\n`)
    .join("");

const hostile: readonly (readonly [name: string, text: () => string, code: string | undefined])[] = [
  ["a line of a megabyte", () => "a".repeat(megabyte), "line-too-long"],
  ["a line of a megabyte of words", () => "ab ".repeat(megabyte / 3), "line-too-long"],
  ["a line of a megabyte of blanks", () => `${" ".repeat(megabyte)}x`, "line-too-long"],
  ["a line of a megabyte of Chinese words", () => "語 ".repeat(megabyte / 4), "line-too-long"],
  ["a megabyte of quotes", () => '"'.repeat(megabyte), "line-too-long"],
  ["a megabyte of quotes, one a line", () => '"\n'.repeat(megabyte / 2), "unterminated-quote"],
  ["a megabyte of references", () => `$A=x y\n${"$A ".repeat(megabyte / 3)}`, "line-too-long"],
  ["references that never end", () => "${".repeat(100_000), "too-deep"],
  ["references with blanks that never end", () => `\${A${" ".repeat(900)}x\n`.repeat(1000), undefined],
  ["a hundred thousand {", () => "{".repeat(100_000), "too-deep"],
  ["a hundred thousand }", () => "}".repeat(100_000), "stray-closing-brace"],
  ["a hundred thousand blocks without end", () => "virtual_server {\n".repeat(100_000), "too-deep"],
  ["a hundred thousand unknown blocks", () => "a {\n}\n".repeat(100_000), "unknown-keyword"],
  ["a hundred thousand CR", () => `$A=x\n${`$A${"\r".repeat(1000)}y\n`.repeat(100)}`, undefined],
  [
    "twenty thousand uses of $IF=$IF",
    () => `$IF=$IF\n${"interface $IF\n".repeat(20_000)}`,
    "endless-definition",
  ],
  ["a definition of itself twice", () => `$A=x\${A}\${A}\n${"y $A\n".repeat(1000)}`, "expansion-too-large"],
  ["definitions that double", () => `$A0=x\n${doublings}${"y $A40\n".repeat(500)}`, "endless-definition"],
  [
    "lines that grow",
    () => `$A=${"x ".repeat(400)}\n${"y ${A}${A}${A}\n".repeat(20_000)}`,
    "expansion-too-large",
  ],
  ["30,000 instances by ~SEQ", () => `${instance}~SEQ(i,1,30000) $I\n`, "duplicate-vrid"],
  ["65,000 instances without end by ~SEQ", () => "~SEQ(i,1,65000) vrrp_instance V$i {\n", "too-deep"],
  ["a million lines by ~SEQ", () => "~SEQ(i,1,1000000) x${i}\n", "expansion-too-large"],
  ["a million times nothing by ~SEQ", () => "$A=\n~SEQ(i,1,1000000) $A\n", "expansion-too-large"],
  ["ten thousand services and as many addresses, none of them theirs", unheld, "vip-not-held"],
  ["a list that never closes", () => `~LST(a,${"{".repeat(900)}) x\n`.repeat(1000), "invalid-sequence"],
];

describe("a file that a sequence makes large", () => {
  it("is read to its end: three hundred services of a hundred real servers", () => {
    const server =
      "$RS= \\\nreal_server 10.2.1.${B} 8${A} { \\\nweight 1 \\\nTCP_CHECK { \\\nretry 3 \\\n} \\\n}\n";
    const whole = "$VS= \\\nvirtual_server 10.1.1.1 8${A} { \\\nprotocol TCP \\\n~SEQ(B, 1, 100) $RS \\\n}\n";
    const { value, diagnostics } = preprocess(encodeUtf8(`${server}${whole}~SEQ(A, 1, 300) $VS\n`), {
      path: "a.conf",
      configId: "me",
    });
    const { virtualServers } = composeModel(value).value;
    expect(diagnostics).toEqual([]);
    expect(virtualServers.length).toBe(300);
    expect(virtualServers.every(({ realServers }) => realServers.length === 100)).toBe(true);
  });
});

describe("a file made to hang its reader", () => {
  it.each(hostile)("%s: ends soon and says what is wrong", (_, text, code) => {
    const { codes, seconds } = read(text());
    expect(seconds).toBeLessThan(maxSeconds);
    if (code !== undefined) expect(codes).toContain(code);
  });

  it("a large file included again and again: ends, and says so", () => {
    const bytes = encodeUtf8(`# ${"x".repeat(900)}\nglobal_defs {\n}\n`.repeat(2_000));
    const reader: IncludeReader = () => ({ kind: "files", files: [{ path: "b.conf", bytes }] });
    const { codes, seconds } = read("include b\n".repeat(100), reader);
    expect(codes).toContain("expansion-too-large");
    expect(seconds).toBeLessThan(maxSeconds);
  });

  it("a list longer than a call may have arguments is composed", () => {
    const addresses = Array.from(
      { length: 200_000 },
      (_, at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}\n`,
    );
    const text = `vrrp_instance A {\nvirtual_ipaddress {\n${addresses.join("")}}\n}\n`;
    const tree = preprocess(encodeUtf8(text), { path: "a.conf", configId: "me" }).value;
    expect(composeModel(tree).value.instances[0]?.virtualAddresses.length).toBe(200_000);
  });
});
