import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { keywords } from "./keywords.ts";
import type { BlockName, Keyword, Value } from "./keywords/keyword.ts";

const folder = mkdtempSync(join(tmpdir(), "lvs-keywords-"));
afterAll(() => rmSync(folder, { recursive: true }));

const version = ((): string => {
  const told = spawnSync("keepalived", ["--version"], { encoding: "utf8" }).stderr ?? "";
  return /Keepalived v(\S+)/u.exec(told)?.[1] ?? "";
})();

/** What `keepalived -t` says of a text. In a network namespace of its own, so that nothing of this machine matters. */
const complaintsAbout = (text: string): string => {
  const file = join(folder, "probe.conf");
  writeFileSync(file, text);
  const { stderr } = spawnSync("unshare", ["-n", "keepalived", "-t", "-f", file], {
    encoding: "utf8",
    timeout: 10_000,
  });
  return stderr;
};

/** The blocks around the inside of a block. */
const around: Record<BlockName, readonly string[]> = {
  root: [],
  global_defs: ["global_defs"],
  track_group: ["track_group G"],
  vrrp_sync_group: ["vrrp_sync_group G"],
  garp_group: ["garp_group"],
  vrrp_instance: ["vrrp_instance V"],
  authentication: ["vrrp_instance V", "authentication"],
  auth_hmac: ["vrrp_instance V", "auth_hmac"],
  vrrp_script: ["vrrp_script S"],
  vrrp_track_process: ["vrrp_track_process P"],
  track_file: ["track_file F"],
  bfd_instance: ["bfd_instance B"],
  SSL: ["SSL"],
  virtual_server: ["virtual_server 192.0.2.1 80"],
  real_server: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80"],
  TCP_CHECK: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "TCP_CHECK"],
  HTTP_GET: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "HTTP_GET"],
  SSL_GET: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "SSL_GET"],
  url: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "HTTP_GET", "url"],
  SMTP_CHECK: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "SMTP_CHECK"],
  host: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "SMTP_CHECK", "host"],
  DNS_CHECK: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "DNS_CHECK"],
  UDP_CHECK: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "UDP_CHECK"],
  PING_CHECK: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "PING_CHECK"],
  MISC_CHECK: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "MISC_CHECK"],
  BFD_CHECK: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "BFD_CHECK"],
  FILE_CHECK: ["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "FILE_CHECK"],
};

const exampleOf = (value: Value): string => {
  switch (value.kind) {
    case "integer":
      return String(Math.max(value.min, 0) === 0 ? Math.min(1, value.max) : value.min);
    case "decimal":
      return String(Math.max(value.min, 1));
    case "boolean":
      return "on";
    case "choice":
      return value.choices[0] ?? "";
    case "address":
      return "192.0.2.9";
    case "multicast":
      return value.family === 4 ? "224.0.0.18" : "ff02::12";
    case "interface":
      return "lo";
    case "script":
      return "/bin/true";
    case "path":
      return join(folder, "file");
    case "user":
      return "root";
    case "hex":
      return "0a";
    case "name":
    case "text":
      return "x";
    case "special":
      return value.label === "ADDRESS" ? "192.0.2.9" : "1";
  }
};

const lineOf = (keyword: Keyword, keywordName: string): string => {
  const given = keyword.values.slice(0, keyword.required).map(exampleOf);
  const more =
    keyword.rest === undefined ? [] : Array.from({ length: keyword.required - given.length }, () => "1");
  const tail = keyword.opens !== undefined || keyword.list !== undefined ? " {\n}" : "";
  return `${[keywordName, ...given, ...more].join(" ")}${tail}`;
};

const configFor = (keyword: Keyword, keywordName = keyword.name): string => {
  const blocks = around[keyword.block];
  return [
    ...blocks.map((words) => `${words} {`),
    lineOf(keyword, keywordName),
    ...blocks.map(() => "}"),
    "",
  ].join("\n");
};

/** Known only to builds with this option; Debian's has it off. */
const builtWithout: ReadonlySet<string> = new Set(["vrrp_ipsets"]);
const isOptional = (keyword: Keyword): boolean => builtWithout.has(keyword.name);

const known = keywords.filter((keyword) => keyword.since === undefined && !isOptional(keyword));
const newer = keywords.filter((keyword) => keyword.since !== undefined && keyword.block !== "auth_hmac");

describe.runIf(version.startsWith("2.2.7"))("the grammar against keepalived 2.2.7", () => {
  it.each(known.map((keyword) => [`${keyword.block} ${keyword.name}`, keyword] as const))(
    "%s is a keyword",
    (_, keyword) => {
      expect(complaintsAbout(configFor(keyword))).not.toContain("Unknown keyword");
    },
  );

  it.each(newer.map((keyword) => [`${keyword.block} ${keyword.name}`, keyword] as const))(
    "%s is not a keyword yet, as its since-version says",
    (_, keyword) => {
      expect(complaintsAbout(configFor(keyword))).toContain(`Unknown keyword '${keyword.name}'`);
    },
  );

  it.each(Object.keys(around).map((block) => [block]))(
    "a word that is no keyword of %s is unknown to both",
    (block) => {
      const sample = keywords.find((keyword) => keyword.block === block && keyword.since === undefined);
      if (sample === undefined) return;
      const stranger: Keyword = {
        ...sample,
        opens: undefined,
        list: undefined,
        values: [],
        rest: undefined,
        required: 0,
      };
      expect(complaintsAbout(configFor(stranger, "no_such_keyword"))).toContain(
        "Unknown keyword 'no_such_keyword'",
      );
    },
  );

  it("every word that keepalived itself knows as a keyword is in the grammar", () => {
    const program = execFileSync("sh", ["-c", "command -v keepalived"], { encoding: "utf8" }).trim();
    const found = execFileSync("grep", ["-aoE", "[A-Za-z][A-Za-z0-9_]+(-[A-Za-z0-9]+)?", program], {
      encoding: "latin1",
      maxBuffer: 64_000_000,
    });
    const candidates = [...new Set(found.split("\n"))].filter(
      (word) => /^[a-zA-Z0-9_-]{4,40}$/u.test(word) && /[a-z]/u.test(word),
    );
    const missing: string[] = [];
    const blocks: readonly BlockName[] = [
      "root",
      "global_defs",
      "vrrp_instance",
      "virtual_server",
      "real_server",
    ];
    for (const block of blocks) {
      const inside = candidates.filter(
        (word) => !keywords.some((keyword) => keyword.block === block && keyword.name === word),
      );
      for (const chunk of chunksOf(inside, 200)) missing.push(...acceptedIn(block, chunk));
    }
    expect(missing).toEqual([]);
  });
});

const chunksOf = (words: readonly string[], size: number): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(words.length / size) }, (_, index) =>
    words.slice(index * size, (index + 1) * size),
  );

/** Which of the words a block accepts: those keepalived does not call unknown. */
const acceptedIn = (block: BlockName, words: readonly string[]): readonly string[] => {
  const blocks = around[block];
  const text = [...blocks.map((head) => `${head} {`), ...words, ...blocks.map(() => "}"), ""].join("\n");
  const complaints = complaintsAbout(text);
  const accepted: string[] = [];
  for (const word of words)
    if (!complaints.includes(`Unknown keyword '${word}'`)) accepted.push(`${block} ${word}`);
  return accepted;
};
