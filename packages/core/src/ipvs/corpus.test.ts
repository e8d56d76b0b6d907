import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../net/address.ts";
import { parseConnectionListing, printConnectionListing } from "./listing-connections.ts";
import { parseListing, parseListings } from "./listing-parse.ts";
import { parseTimeouts, printTimeouts } from "./listing-state.ts";
import { parseHexEndpoint } from "./proc-cells.ts";
import { parseProcConnections } from "./proc-connections.ts";
import { parseProcTable } from "./proc-format.ts";
import { parseSave } from "./save-format.ts";

/** Captures of real listings, kept beside the project, not in it. */
const root = join(import.meta.dirname, "../../../..");
const folder = join(dirname(root), "shared/corpus/ipvs");
const isThere = existsSync(folder);
if (!isThere) console.log(`skipped: no captures of listings at ${folder}`);

const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const expected = (name: string): unknown => JSON.parse(read(`${name}.expected.json`));

const nameOf = (name: { kind: string; address?: string; port?: number; text?: string }): string =>
  name.kind === "endpoint" ? `${name.address}:${name.port}` : (name.text ?? "");

describe.skipIf(!isThere)("captured listings", () => {
  const readTable = (file: string) => {
    const { value, diagnostics } = parseListing(read(file));
    return {
      value,
      diagnostics: diagnostics.map(({ text }) => text),
      rows: value.services.flatMap(({ destinations }) => destinations),
    };
  };

  it("a plain listing after an empty line", () => {
    const { value, rows, diagnostics } = readTable("ipvsman__Ln.txt");
    expect(diagnostics).toEqual([]);
    expect({
      services: value.services.length,
      first: { proto: "tcp", real_weight: rows[0]?.weight, method: "nat" },
    }).toEqual(expected("ipvsman__Ln.txt"));
    expect([value.services[0]?.id, rows[0]?.forwarding]).toEqual([
      { kind: "address", protocol: "TCP", name: { kind: "endpoint", address: "127.0.0.1", port: 80 } },
      "Masq",
    ]);
  });

  it("a junk row is a diagnostic, not a real server", () => {
    const { value, rows, diagnostics } = readTable("ipvsman__Ln_badrow.txt");
    expect({ services: value.services.length, reals: rows.length }).toEqual(
      expected("ipvsman__Ln_badrow.txt"),
    );
    expect(diagnostics).toEqual(["badrow"]);
  });

  it("--stats", () => {
    const { value, rows, diagnostics } = readTable("ipvsman__stats.txt");
    const counters = value.services[0]?.counters;
    expect(diagnostics).toEqual([]);
    expect({
      conns: counters?.connections,
      inpkts: counters?.inPackets,
      outbytes: counters?.outBytes,
      reals: rows.length,
      real0_conns: rows[0]?.counters?.connections,
    }).toEqual(expected("ipvsman__stats.txt"));
  });

  it("a mark printed negative is the mark it stands for", () => {
    const { value, rows, diagnostics } = readTable("list__negative_fwmark_126.txt");
    const id = value.services[0]?.id;
    expect(diagnostics).toEqual([]);
    expect({ fwmark: id?.kind === "fwmark" ? id.mark : undefined }).toEqual(
      expected("list__negative_fwmark_126.txt"),
    );
    expect(rows.map(({ name }) => name)).toEqual([{ kind: "name", text: "abc.my.host.net." }]);
  });

  it("wider indents", () => {
    const { value, rows } = readTable("lvs_devel__Ln_wide_indent.txt");
    expect({ services: value.services.length, reals: rows.length }).toEqual(
      expected("lvs_devel__Ln_wide_indent.txt"),
    );
  });

  it("host names and service names", () => {
    const { rows, diagnostics } = readTable("nagios_plugin_lvs__L_names.txt");
    const sum = (numbers: readonly (number | undefined)[]): number =>
      numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
    expect(diagnostics).toEqual([]);
    expect({
      total_active: sum(rows.map((row) => row.activeConnections)),
      total_inactive: sum(rows.map((row) => row.inactiveConnections)),
    }).toEqual(expected("nagios_plugin_lvs__L_names.txt"));
    expect(rows.map(({ forwarding }) => forwarding)).toEqual(["Route", "Local", "Route", "Local"]);
  });

  it("names cut to the column keep their text, and no port is invented", () => {
    const { value, rows, diagnostics } = readTable("doc__L_truncated_names.txt");
    expect(diagnostics).toEqual([]);
    expect(value.services.map(({ id }) => id)).toEqual([
      { kind: "address", protocol: "TCP", name: { kind: "name", text: "ip-192-168-0-117.ap-southeas" } },
    ]);
    expect(rows.map(({ name }) => nameOf(name))).toEqual([
      "ip-192-168-144-101.ap-southe",
      "ip-192-168-144-197.ap-southe",
    ]);
  });

  it("port 0 with a long persistence", () => {
    const { value, rows } = readTable("samba_ctdb__Ln_zero_port.txt");
    expect({ reals: rows.length }).toEqual(expected("samba_ctdb__Ln_zero_port.txt"));
    expect(value.services[0]?.persistence).toEqual({ timeoutS: 1_999_999 });
  });

  it.each([
    "zstack__stats_mixed.txt",
    "zstack__thresholds_mixed.txt",
    "zstack__stats_v6.txt",
    "zstack__stats_orphan_arrow.txt",
  ])("%s: which real server belongs to which service", (file) => {
    const { value, diagnostics } = readTable(file);
    const records = value.services.flatMap(({ id, destinations }) =>
      destinations.map(({ name }) => {
        const service =
          id.kind === "address" && id.name.kind === "endpoint" ? id.name : { address: "", port: 0 };
        const row = name.kind === "endpoint" ? name : { address: "", port: 0 };
        const protocol = id.kind === "address" ? id.protocol.toLowerCase() : "fwm";
        return [protocol, service.address, String(service.port), row.address, String(row.port)];
      }),
    );
    expect({ records }).toEqual(expected(file));
    expect(diagnostics.length).toBe(file.includes("orphan") ? 1 : 0);
  });

  it("--thresholds", () => {
    const { value, rows } = readTable("zstack__thresholds.txt");
    expect(value.view).toBe("thresholds");
    expect(rows.map(({ upperThreshold, lowerThreshold }) => [upperThreshold, lowerThreshold])).toEqual([
      [0, 0],
      [10_000, 0],
      [10_000, 100],
    ]);
  });

  it("--rate with nothing in it, and with cut numbers", () => {
    const { value } = readTable("doc__rate_empty.txt");
    expect({ services: value.services.length }).toEqual(expected("doc__rate_empty.txt"));
    expect(value.view).toBe("rate");
    const cut = readTable("doc__rate_suffix_M.txt");
    expect(cut.diagnostics).toEqual([]);
    expect([cut.value.isExact, cut.value.services[0]?.rates?.inBytesPerSecond]).toEqual([false, 14_000_000]);
  });

  it("a mark with its three real servers; --stats --rate together is --stats", () => {
    const mark = readTable("doc__Ln_fwm1_rr.txt");
    expect([mark.diagnostics, mark.rows.length, mark.value.services[0]?.id]).toEqual([
      [],
      3,
      { kind: "fwmark", mark: 1, family: "inet" },
    ]);
    expect(readTable("doc__stats_and_rate_together.txt").value.view).toBe("stats");
  });

  it("the save format", () => {
    const { value, diagnostics } = parseSave(read("ipvsman__S.txt"));
    expect([value.services.length, value.services[0]?.scheduler, diagnostics]).toEqual([1, "wrr", []]);
  });

  it("timeouts print as they were read", () => {
    const text = read("doc__timeout_default.txt");
    const { value } = parseTimeouts(text);
    expect(value && { tcp: value.tcpS, tcpfin: value.tcpFinS, udp: value.udpS }).toEqual(
      expected("doc__timeout_default.txt"),
    );
    expect(value && printTimeouts(value)).toBe(text.trimEnd() + "\n");
  });

  it("connections print as they were read", () => {
    expect({ connections: parseConnectionListing(read("doc__lnc_empty.txt")).value.length }).toEqual(
      expected("doc__lnc_empty.txt"),
    );
    const text = read("doc__lnc_estab_finwait_timewait.txt");
    const { value, diagnostics } = parseConnectionListing(text);
    expect(diagnostics).toEqual([]);
    expect(value.map(({ state, expiresS }) => [state, expiresS])).toEqual([
      ["ESTABLISHED", 231],
      ["FIN_WAIT", 118],
      ["ESTABLISHED", 899],
    ]);
    expect(printConnectionListing(value, {})).toBe(text.trimEnd() + "\n");
    expect(
      parseConnectionListing(read("doc__lnc_udp_mixed.txt")).value.map(({ protocol, state }) => [
        protocol,
        state,
      ]),
    ).toEqual([
      ["UDP", "UDP"],
      ["TCP", "ESTABLISHED"],
    ]);
  });

  it("a row of /proc/net/ip_vs_conn", () => {
    const [entry] = parseProcConnections(read("erlang_test__ip_vs_conn_line.txt")).value;
    const from = parseAddress(entry?.client.address ?? "") ?? "";
    const number = from.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
    expect(
      entry &&
        entry.virtual.kind === "address" && {
          proto: entry.protocol.toLowerCase(),
          from_ip: number,
          from_port: entry.client.port,
          to_port: entry.virtual.port,
          dst_port: entry.destination.port,
          state: entry.state.toLowerCase(),
          expires: entry.expiresS,
        },
    ).toEqual(expected("erlang_test__ip_vs_conn_line.txt"));
  });

  it("/proc/net/ip_vs: every real server with its service", () => {
    const { value, diagnostics } = parseProcTable(read("procfs__proc_net_ip_vs.txt"));
    expect(diagnostics).toEqual([]);
    const rows = value.services.flatMap(({ id, destinations }) =>
      destinations.map((row) => ({
        ...(id.kind === "address"
          ? { LocalAddress: id.address, LocalPort: id.port, Proto: id.protocol }
          : { LocalMark: id.mark.toString(16), Proto: "FWM" }),
        RemoteAddress: row.address,
        RemotePort: row.port,
        Weight: row.weight,
        ActiveConn: row.activeConnections,
        InactConn: row.inactiveConnections,
      })),
    );
    expect(rows).toEqual(expected("procfs__proc_net_ip_vs.txt"));
  });

  it("/proc/net/ip_vs of another source", () => {
    const { value } = parseProcTable(read("mruby_ipvs__proc_ip_vs.txt"));
    const services = value.services.map(({ id, scheduler, destinations }) => ({
      proto: id.kind === "address" ? id.protocol : "FWM",
      vip: id.kind === "address" ? `${id.address}:${id.port}` : "",
      sched: scheduler,
      reals: destinations.map((row) => [`${row.address}:${row.port}`, row.forwarding, row.weight]),
    }));
    expect({ services }).toEqual(expected("mruby_ipvs__proc_ip_vs.txt"));
  });

  it("every malformed hexadecimal address:port is refused", () => {
    for (const line of read("procfs__invalid_ipport.txt").trim().split("\n"))
      expect(parseHexEndpoint(line)).toBeUndefined();
  });

  it("transcripts of consoles and forks: whatever is no row is a diagnostic, and rows keep their service", () => {
    const transcripts = [
      "doc_aschmidt75__ipvsctl__README.md__0.txt",
      "doc_iqiyi__dpvs__tc.md__23.txt",
      "doc_iqiyi__dpvs__README.md__12.txt",
    ];
    const counts = transcripts.map((file) => {
      const { value, diagnostics } = parseListings(read(file));
      const rows = value.flatMap(({ services }) => services.flatMap(({ destinations }) => destinations));
      return {
        listings: value.map(({ view }) => view),
        rows: rows.length,
        hasDiagnostics: diagnostics.length > 0,
      };
    });
    expect(counts).toEqual([
      // The row after "[...]" has lost its service and is reported.
      { listings: ["plain"], rows: 2, hasDiagnostics: true },
      { listings: ["stats"], rows: 3, hasDiagnostics: true },
      // FullNat is no method of the kernel.
      { listings: ["plain"], rows: 0, hasDiagnostics: true },
    ]);
  });
});
