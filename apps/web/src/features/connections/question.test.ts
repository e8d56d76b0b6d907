import { describe, expect, test } from "vitest";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { serviceKey } from "@lvs/core/ipvs/table";
import { commandOf, filterOf, isRealServer, printSubject, readServiceKey, readSubject } from "./question.ts";

const nothing = { service: "", realServer: "", state: "", kind: "" };
const { value: table } = parseSave(`-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 10.0.0.1:8080 -m -w 1
-A -u [2001:db8::1]:53 -s rr
-A -f 10 -s rr
-A -f 11 -6 -s rr
`);

describe("what is typed", () => {
  test.each([
    [" 192.0.2.5 ", { kind: "client", address: "192.0.2.5", port: undefined }],
    ["2001:DB8:0:0::5", { kind: "client", address: "2001:db8::5", port: undefined }],
    ["[2001:db8::5]", { kind: "client", address: "2001:db8::5", port: undefined }],
    ["[2001:db8::5]:4000", { kind: "client", address: "2001:db8::5", port: 4000 }],
    ["192.0.2.5:39783", { kind: "client", address: "192.0.2.5", port: 39_783 }],
    ["192.0.2.77/24", { kind: "network", network: "192.0.2.0/24" }],
    ["2001:db8::1/32", { kind: "network", network: "2001:db8::/32" }],
    ["", { kind: "none" }],
    ["example.org", { kind: "unreadable", text: "example.org" }],
    ["192.0.2.300", { kind: "unreadable", text: "192.0.2.300" }],
    ["192.0.2.0/33", { kind: "unreadable", text: "192.0.2.0/33" }],
  ])("%s is read as what it is, and printed it is read again", (text, subject) => {
    expect(readSubject(text)).toEqual(subject);
    expect(readSubject(printSubject(readSubject(text)))).toEqual(subject);
  });

  test("is a real server where the table has it, with its own port or with none", () => {
    expect(isRealServer([table], "10.0.0.1:8080")).toBe(true);
    expect(isRealServer([table], " 10.0.0.1")).toBe(true);
    expect(isRealServer([table], "10.0.0.1:80")).toBe(false);
    expect(isRealServer([table], "192.0.2.1")).toBe(false);
  });
});

test("every service's key is read back as that service", () => {
  for (const { id } of table.services) expect(readServiceKey(serviceKey(id))).toEqual(id);
  expect(["", "TCP", "ICMP 192.0.2.1:80", "FWM x"].map(readServiceKey)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("the filter carries what was chosen and nothing that cannot be read", () => {
  const choices = {
    service: "TCP 192.0.2.1:80",
    realServer: "10.0.0.1",
    state: "FIN_WAIT",
    kind: "template",
  };
  expect(filterOf(readSubject("192.0.2.5:7"), choices)).toEqual({
    client: "192.0.2.5",
    service: { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 },
    realServer: { address: "10.0.0.1" },
    state: "FIN_WAIT",
    kind: "template",
  });
  expect(filterOf(readSubject("192.0.2.0/24"), nothing)).toEqual({ client: "192.0.2.0/24" });
  expect(filterOf(readSubject("nobody"), { ...nothing, realServer: "rs1", kind: "any" })).toEqual({});
});

test("the command gives the same rows from ipvsadm: whole words, no patterns", () => {
  const command = (client: string, choices: Partial<typeof nothing> = {}, port?: number) =>
    commandOf(filterOf(readSubject(client), { ...nothing, ...choices }), port);
  expect(command("")).toBe("ipvsadm -Lnc");
  expect(command("192.0.2.5")).toBe("ipvsadm -Lnc | grep -wF 192.0.2.5");
  expect(command("2001:db8::5", { state: "ESTABLISHED" }, 7)).toBe(
    "ipvsadm -Lnc | grep -wF '[2001:db8::5]:7' | grep -w ESTABLISHED",
  );
  expect(command("", { service: "TCP 192.0.2.1:80", realServer: "10.0.0.1:8080" })).toBe(
    "ipvsadm -Lnc | grep -w TCP | grep -wF 192.0.2.1:80 | grep -wF 10.0.0.1:8080",
  );
  expect(command("", { service: "FWM 10", kind: "template" })).toBe(
    "ipvsadm -Lnc | grep -w IP | grep -wF 0.0.0.10 | grep -F ':0 '",
  );
  expect(command("192.0.2.0/24")).toBeUndefined();
});
