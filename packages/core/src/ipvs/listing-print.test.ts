import { describe, expect, it } from "vitest";
import { printLargeNumber } from "./listing.ts";
import type { NameLookup } from "./listing.ts";
import { printDestinationCells, printListing, printServiceListing } from "./listing-print.ts";
import type { IpvsTable } from "./model.ts";
import { printSave, parseSave } from "./save-format.ts";

/** What ipvsadm 1.31 on a 6.1 kernel printed for these rules; the rules stand in the kernel's own order (its `--nosort`). */
const rules = `-A --sctp-service 10.0.0.9:7 -s nq -p 10
-A -u 10.0.0.1:53 -s sh --pe sip -o -b sh-fallback,sh-port
-a -u 10.0.0.1:53 -r 1.2.3.8:53 -i -w 1 --tun-type gue --tun-port 1 --tun-nocsum
-a -u 10.0.0.1:53 -r 1.2.3.7:53 -i -w 1 --tun-type gre --tun-nocsum
-a -u 10.0.0.1:53 -r 1.2.3.6:53 -i -w 1 --tun-type gre --tun-csum
-a -u 10.0.0.1:53 -r 1.2.3.5:53 -i -w 1 --tun-type gue --tun-port 65535 --tun-remcsum
-A -t [2001:db8::1]:443 -s wrr -b flag-1,flag-3
-a -t [2001:db8::1]:443 -r [::1.2.3.4]:443 -m -w 1
-a -t [2001:db8::1]:443 -r [2001:db8::2]:443 -m -w 1
-A -t 10.0.0.2:80 -s rr
-A -t 200.0.0.1:80 -s rr
-A -t 10.0.0.1:80 -s wlc -p 360
-a -t 10.0.0.1:80 -r [2001:db8::5]:80 -i -w 1 --tun-type ipip
-a -t 10.0.0.1:80 -r 127.0.0.5:8080 -m -w 1
-a -t 10.0.0.1:80 -r 192.168.0.1:80 -i -w 1 --tun-type ipip
-a -t 10.0.0.1:80 -r 127.0.0.1:80 -g -w 3
-a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 3 -x 100 -y 50
-A -f 4000000000 -s mh -p 60 -M 255.255.255.0 --pe sip -b mh-port
-a -f 4000000000 -r 127.0.0.1:0 -m -w 1
-a -f 4000000000 -r 10.1.1.1:9 -i -w 1 --tun-type ipip
-a -f 4000000000 -r 200.1.1.1:99 -g -w 1
-A -f 7 -6 -s sh -p 60 -M 64 -b flag-3
-a -f 7 -6 -r [2001:db8:1234:5678:9abc:def0:1234:5678]:65535 -m -w 1
`;

const table: IpvsTable = { ...parseSave(rules).value, version: "1.2.1", size: 4096 };

const names: NameLookup = {
  host: (address) => (address === "127.0.0.1" ? "localhost" : undefined),
  port: (port, protocol) => {
    if (protocol === "UDP") return port === 53 ? "domain" : undefined;
    if (protocol !== "TCP") return undefined;
    return new Map([
      [80, "http"],
      [443, "https"],
      [8080, "http-alt"],
    ]).get(port);
  },
};

describe("a listing is ipvsadm's, byte for byte", () => {
  it("without options, sorted as ipvsadm sorts: far addresses wrap round", () => {
    expect(printListing(table, { view: "plain" })).toBe(`IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
FWM  -294967296 mh (mh-port) persistent 60 mask 255.255.255.0 pe sip
  -> 127.0.0.1:0                  Masq    1      0          0         
  -> 200.1.1.1:99                 Route   1      0          0         
  -> 10.1.1.1:9                   Tunnel  1      0          0         
TCP  200.0.0.1:80 rr
TCP  10.0.0.1:80 wlc persistent 360
  -> 192.168.0.1:80               Tunnel  1      0          0         
  -> 10.1.0.1:80                  Route   3      0          0         
  -> [2001:db8::5]:80             Tunnel  1      0          0         
  -> 127.0.0.1:80                 Route   3      0          0         
  -> 127.0.0.5:8080               Masq    1      0          0         
TCP  10.0.0.2:80 rr
UDP  10.0.0.1:53 sh (sh-fallback,sh-port) ops
  -> 1.2.3.5:53                   Tunnel  1      0          0         
  -> 1.2.3.6:53                   Tunnel  1      0          0         
  -> 1.2.3.7:53                   Tunnel  1      0          0         
  -> 1.2.3.8:53                   Tunnel  1      0          0         
SCTP 10.0.0.9:7 nq persistent 10
TCP  [2001:db8::1]:443 wrr (flag-1,flag-3)
  -> [::1.2.3.4]:443              Masq    1      0          0         
  -> [2001:db8::2]:443            Masq    1      0          0         
FWM  7 IPv6 sh () persistent 60 mask 64
  -> [2001:db8:1234:5678:9abc:def0:1234:5678]:65535 Masq    1      0          0         
`);
  });

  it("with --tun-info, and n/a where there is no tunnel", () => {
    const text = printListing({ ...table, services: table.services.slice(1, 4) }, { view: "tun-info" });
    expect(text).toBe(`IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn
TCP  10.0.0.2:80 rr
UDP  10.0.0.1:53 sh (sh-fallback,sh-port) ops
  -> 1.2.3.5:53                   Tunnel  gue:65535:r+c 1      0          0         
  -> 1.2.3.6:53                   Tunnel  gre:+c        1      0          0         
  -> 1.2.3.7:53                   Tunnel  gre:-c        1      0          0         
  -> 1.2.3.8:53                   Tunnel  gue:1:-c      1      0          0         
TCP  [2001:db8::1]:443 wrr (flag-1,flag-3)
  -> [::1.2.3.4]:443              Masq    n/a           1      0          0         
  -> [2001:db8::2]:443            Masq    n/a           1      0          0         
`);
  });

  it("with --thresholds and --persistent-conn, whose header lines end in a blank", () => {
    const service = table.services[5];
    if (service === undefined) throw new Error("the rules make six services and more");
    const one = { ...service, destinations: service.destinations.slice(-1) };
    expect(printServiceListing(one, { view: "thresholds" }))
      .toBe(`Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn 
  -> RemoteAddress:Port
TCP  10.0.0.1:80 wlc persistent 360
  -> 10.1.0.1:80                  100        50         0          0         
`);
    expect(printServiceListing(one, { view: "persistent-conn" }))
      .toBe(`Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn 
  -> RemoteAddress:Port
TCP  10.0.0.1:80 wlc persistent 360
  -> 10.1.0.1:80                  3         0           0          0         
`);
  });

  it("with names where -n is not given, cut where ipvsadm cuts", () => {
    const long: NameLookup = {
      ...names,
      host: () => "a-name-that-is-much-longer-than-any-column.example.org",
    };
    const text = printListing({ ...table, services: table.services.slice(4, 6) }, { view: "plain", names });
    expect(text.split("\n").slice(3)).toEqual([
      "TCP  200.0.0.1:http rr",
      "TCP  10.0.0.1:http wlc persistent 360",
      "  -> 192.168.0.1:http             Tunnel  1      0          0         ",
      "  -> 10.1.0.1:http                Route   3      0          0         ",
      "  -> [2001:db8::5]:http           Tunnel  1      0          0         ",
      "  -> localhost:http               Route   3      0          0         ",
      "  -> 127.0.0.5:http-alt           Masq    1      0          0         ",
      "",
    ]);
    const cut = printListing(
      { ...table, services: table.services.slice(5, 6) },
      { view: "plain", names: long },
    );
    expect(cut.split("\n")[3]).toBe("TCP  a-name-that-is-much-longer-t wlc persistent 360");
    expect(cut.split("\n")[4]).toBe("  -> a-name-that-is-much-longer-t Tunnel  1      0          0         ");
    expect(cut.split("\n")[6]).toBe(
      "  -> [a-name-that-is-much-longer-than-any-column.example.org]:ht Tunnel  1      0          0         ",
    );
  });

  it("with --stats: totals right under their words, marks and long names pushing them along", () => {
    const text = printListing({ ...table, services: table.services.slice(7) }, { view: "stats" });
    expect(text).toBe(`IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
FWM  7 IPv6                              0        0        0        0        0
  -> [2001:db8:1234:5678:9abc:def0:1234:5678]:65535        0        0        0        0        0
`);
  });

  it("the text of -S -n comes out in the same order", () => {
    expect(printSave(table).split("\n").slice(0, 6)).toEqual([
      "-A -f -294967296 -s mh -p 60 -M 255.255.255.0 --pe sip -b mh-port",
      "-a -f -294967296 -r 127.0.0.1:0 -m -w 1",
      "-a -f -294967296 -r 200.1.1.1:99 -g -w 1",
      "-a -f -294967296 -r 10.1.1.1:9 -i -w 1 --tun-type ipip",
      "-A -t 200.0.0.1:80 -s rr",
      "-A -t 10.0.0.1:80 -s wlc -p 360",
    ]);
  });
});

describe("large numbers", () => {
  it.each([
    [0, "0"],
    [99_999_999, "99999999"],
    [100_000_000, "100000K"],
    [999_999_999, "999999K"],
    [1_000_000_000, "1000M"],
    [99_999_999_999, "99999M"],
    [100_000_000_000, "100G"],
    [99_999_999_999_999, "99999G"],
    [100_000_000_000_000, "100T"],
    [9_007_199_254_740_991, "9007T"],
  ])("%d is %s without --exact: cut, never rounded up", (value, text) => {
    expect(printLargeNumber(value)).toBe(text);
  });

  it("a real server's connection and packet rates are never cut, its byte rates are", () => {
    const [destination] = table.services[5]?.destinations ?? [];
    if (destination === undefined) throw new Error("the sixth service has real servers");
    const rates = {
      connectionsPerSecond: 123_456_789,
      inPacketsPerSecond: 123_456_789,
      outPacketsPerSecond: 123_456_789,
      inBytesPerSecond: 123_456_789,
      outBytesPerSecond: 12_345_678_901,
    };
    const busy = { ...destination, rates };
    expect(printDestinationCells(busy, { view: "rate" })).toEqual([
      "123456789",
      "123456789",
      "123456789",
      "123456K",
      "12345M",
    ]);
    expect(printDestinationCells(busy, { view: "rate", isExact: true }).slice(3)).toEqual([
      "123456789",
      "12345678901",
    ]);
  });
});
