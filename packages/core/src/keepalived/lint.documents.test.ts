import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { lintConfig } from "./lint.ts";
import { comparePair } from "./pair.ts";
import { parseConfig } from "./parse.ts";

/** The documents this product is made after: their configurations carry mistakes that a linter must find. */
const folder = fileURLToPath(new URL("../../../../../shared/seeds/", import.meta.url));
const isThere = existsSync(folder);
const documentOf = (number: string): string => {
  const name = isThere ? readdirSync(folder).find((file) => file.startsWith(number)) : undefined;
  return name === undefined ? "" : readFileSync(`${folder}${name}`, "utf8");
};

const treeOf = (text: string, path = "document.conf") =>
  parseConfig(new TextEncoder().encode(text), { path }).value;
const findingsIn = (text: string) => lintConfig(treeOf(text)).filter(({ severity }) => severity !== "info");
const listed = (text: string): readonly string[] =>
  findingsIn(text).map(({ code, message }) => `${code}: ${message}`);

/** From a line to a line, without the fences of the page breaks between. */
const between = (text: string, from: string, to: string): string => {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start + from.length);
  return text
    .slice(start, end)
    .split("\n")
    .filter((line) => !line.startsWith("```") && !/^[^\0-\x7f]/u.test(line))
    .join("\n");
};

/** A cell of a table in which the line ends were lost: each keyword begins a line again. */
const unflatten = (cell: string): string =>
  cell
    .replace(/<\/?pre>/gu, " ")
    .replace(/#guration File.*?#global define/u, " ")
    .replace(/# setting port 80 forward/gu, " ")
    .replace(/([{}])/gu, "$1\n")
    .replace(/(\S)\{/gu, "$1 {")
    .replace(
      /\s(?=(?:[a-z]+(?:_[a-z]+)+|state|interface|priority|protocol|weight|group|TCP_CHECK|authentication)\b)/gu,
      "\n",
    );

const book = documentOf("000");
const master = between(book, "#writed by sery", "2、BACKUP");
const backup = between(book.slice(book.indexOf("2、BACKUP")), "#written by sery", "6.3.3");

const columnsOf = (text: string): readonly [string, string] => {
  const rows = text.split("\n").filter((line) => line.startsWith("<pre>") && line.includes("\t"));
  const cell = (index: number) => rows.map((row) => unflatten(row.split("\t")[index] ?? "")).join("\n");
  return [cell(0), cell(1)];
};
/** Table 6-6: its first two rows are cells; VI_CTCP and its services stand in fences below. */
const dual = columnsOf(
  book.slice(book.indexOf("负载均衡器 lvs_1 配置文件"), book.indexOf("vrrp_instance VI_CTCP {")),
);

describe.skipIf(!isThere)(
  `the documents' configurations${isThere ? "" : " (skipped: no seeds folder)"}`,
  () => {
    it("BACKUP of the book: its virtual_server 125.38.28.64 is not the VIP 125.38.38.64", () => {
      expect(listed(backup).filter((line) => line.startsWith("vip-not-held"))).toEqual([
        "vip-not-held: no vrrp_instance holds 125.38.28.64; did you mean 125.38.38.64?",
      ]);
    });

    it("MASTER of the book: lvs_sync_daemon_inteface is misspelt, and the mend is offered", () => {
      const [finding] = findingsIn(master).filter(({ code }) => code === "unknown-keyword");
      expect(finding?.message).toContain("lvs_sync_daemon_inteface");
      expect(finding?.mend?.text).toBe("lvs_sync_daemon_interface");
    });

    it("the book's two directors: eth0 against eth1, and a virtual server on each side that the other lacks", () => {
      const findings = comparePair(treeOf(master, "master.conf"), treeOf(backup, "backup.conf"));
      expect(findings.map(({ key }) => key)).toEqual([
        "VI_CACHE.interface",
        "[125.38.38.64]:tcp:80",
        "[125.38.28.64]:tcp:80",
      ]);
    });

    it("MASTER and BACKUP of the book: else only nb_get_retry of its checks is found, and sync groups of one member", () => {
      const rest = [...findingsIn(master), ...findingsIn(backup)].filter(
        ({ code }) => code !== "deprecated-keyword",
      );
      expect(rest.map(({ code }) => code)).toEqual([
        "sync-group",
        "unknown-keyword",
        ...Array.from({ length: 4 }, () => "unknown-keyword"),
        "sync-group",
        "vip-not-held",
        ...Array.from({ length: 4 }, () => "unknown-keyword"),
      ]);
    });

    it("the template: lvs_id is not a keyword, nor is lbhc a scheduler", () => {
      const template = between(book, "global_defs {\nnotification_email", "● 全局定义块");
      const found = listed(template);
      expect(found).toContain(
        "unknown-keyword: lvs_id is not a keyword inside global_defs: it is router_id since version 1.1",
      );
      const schedulers = /lb_algo (\S+)/u.exec(template)?.[1]?.split("/") ?? [];
      const service = (scheduler: string): string =>
        `virtual_server 192.0.2.1 80 {\nprotocol TCP\nlb_kind DR\nlb_algo ${scheduler}\nreal_server 192.0.2.2 80 {\n}\n}\n`;
      const refused = schedulers.filter((scheduler) =>
        listed(service(scheduler)).some((line) => line.startsWith("invalid-choice")),
      );
      expect(refused).toEqual(["lbhc"]);
    });

    it("table 6-6: real_server 61.135.99.80 stands outside 61.135.93.0/24, on both directors", () => {
      for (const column of dual) {
        const odd = listed(column).filter((line) => line.startsWith("odd-subnet"));
        expect(odd).toEqual([
          expect.stringContaining("61.135.99.80 is not in the net of the other real servers (61.135.93"),
        ]);
      }
    });

    it("table 6-7: the directors' tables differ in persistence and weights", () => {
      const [one, other] = tablesOf(between(book, "Lvs_1 的 ipvsadm 输出", "表 6-7"));
      const keys = comparePair(treeOf(one, "lvs_1"), treeOf(other, "lvs_2")).map(({ message }) => message);
      expect(keys).toEqual([
        "weight of [61.128.10.4]:tcp:9000.61.128.10.16:9000 is 200 here, 100 there",
        "weight of [61.128.10.4]:tcp:9000.61.128.10.17:9000 is 200 here, 100 there",
        "persistence_timeout of [61.128.20.124]:tcp:80 is 30 here, 20 there",
      ]);
    });

    it("VRRP without LVS: the VIP is 192.168.200.120 on MASTER and 192.168.200.160 on BACKUP", () => {
      const notes = documentOf("003");
      const vipAfter = (mark: string): string =>
        /(192\.168\.200\.\d+)\/24/u.exec(notes.slice(notes.indexOf(mark)))?.[1] ?? "";
      const config = (vip: string): string =>
        `vrrp_instance VI_1 {\n interface eth1\n virtual_router_id 55\n virtual_ipaddress {\n  ${vip}/24\n }\n}\n`;
      const first = treeOf(config(vipAfter("Keepalived主服务器")), "master");
      const findings = comparePair(first, treeOf(config(vipAfter("Keepalived备服务器")), "backup"));
      expect(findings.map(({ message }) => message)).toContain(
        "virtual_ipaddress of VI_1 is 192.168.200.120 here, 192.168.200.160 there",
      );
    });

    it.each([
      [
        "002",
        "! Configuration File for keepalived",
        "service keepalived start",
        ["unknown-keyword", "unknown-keyword"],
      ],
      [
        "004",
        "global_defs {",
        "注:以上配置",
        ["deprecated-keyword", "sync-group", "unknown-keyword", "unknown-keyword"],
      ],
    ])("document %s: only what keepalived itself complains about", (number, from, to, expected) => {
      const codes = findingsIn(between(documentOf(number), from, to)).map(({ code }) => code);
      expect(codes.toSorted()).toEqual(expected);
    });
  },
);

/** Two `ipvsadm -L` listings side by side, as the virtual_servers they come from. */
const tablesOf = (text: string): readonly [string, string] => {
  const sides: [string[], string[]] = [[], []];
  for (const line of text.split("\n")) {
    const parts = line.split(/\t+(?=TCP|->)/u);
    if (parts.length < 2) continue;
    for (const [index, part] of parts.slice(0, 2).entries()) sides[index]?.push(part.trim());
  }
  return [toConfig(sides[0]), toConfig(sides[1])];
};

const toConfig = (lines: readonly string[]): string => {
  let config = "";
  for (const line of lines) {
    const service = /^TCP (\S+):(\S+) (\S+) persistent (\d+)/u.exec(line);
    const server = /^-> (\d\S+):(\S+)\s+Route\s+(\d+)/u.exec(line);
    const port = (name = ""): string => (name === "http" ? "80" : name);
    if (service !== null) {
      const [, address, name, scheduler, timeout] = service;
      config += `${config === "" ? "" : "}\n"}virtual_server ${address} ${port(name)} {\nprotocol TCP\nlb_kind DR\nlb_algo ${scheduler}\npersistence_timeout ${timeout}\n`;
    }
    if (server !== null) config += `real_server ${server[1]} ${port(server[2])} {\nweight ${server[3]}\n}\n`;
  }
  return `${config}}\n`;
};
