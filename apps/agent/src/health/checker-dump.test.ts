import { expect, it } from "vitest";
import { parseCheckerDump } from "./checker-dump.ts";

/** Of keepalived 2.2.7, lines that say nothing of real servers left out. */
const dump = `------< Global definitions >------
 LVS syncd interface = eth0
------< LVS Topology >------
 System is compiled with LVS v1.2.1
 ------< Virtual server group >------
 Virtual Server Group = G, IPv4 = yes, IPv6 = no
   VIP Range = 10.77.0.70-10.77.0.71, VPORT = 80
     Alive: 3 tcp, 0 udp, 0 sctp
     reloaded = False
 ------< Virtual server >------
 VS VIP = 10.77.0.64, VPORT = 80
   Address family = inet
   protocol = TCP
   alive = 1
   quorum_state_up = 1
   ------< Real server >------
   RIP = 10.77.0.21, RPORT = 80, WEIGHT = 100 EFF WEIGHT = 100
   forwarding method = DR
   effective weight = 100
   alive = 1
   num failed checkers = 0
   RS set = 1
   ------< Real server >------
   RIP = 10.77.0.28, RPORT = 80, WEIGHT = 5 EFF WEIGHT = 5
   alive = 0
   num failed checkers = 1
   RS set = 0
 ------< Virtual server >------
 VS GROUP = [G]:0
   protocol = TCP
   sorry server = [10.77.0.24]:tcp:80
   alive = 1
   ------< Real server >------
   RIP = 10.77.0.21, RPORT = 80, WEIGHT = 5 EFF WEIGHT = 5
   alive = 1
 ------< Virtual server >------
 VS FWMARK = 10
   Address family = inet
   protocol = none
   alive = 1
   ------< Real server >------
   RIP = 10.77.0.21, RPORT = 80, WEIGHT = 10 EFF WEIGHT = 10
   alive = 0
 ------< Virtual server >------
 VS VIP = fd00:77::64, VPORT = 53
   protocol = UDP
   alive = 1
   ------< Real server >------
   RIP = fd00:77::21, RPORT = 53, WEIGHT = 7 EFF WEIGHT = 7
   alive = 1
------< Health checkers >------
 [10.77.0.64]:tcp:80 -> [10.77.0.21]:tcp:80
   Enabled = yes
`;

it("every real server of keepalived's dump is read with its service and whether its checks are good", () => {
  expect(parseCheckerDump(dump)).toEqual([
    {
      service: { kind: "address", protocol: "TCP", address: "10.77.0.64", port: 80 },
      address: "10.77.0.21",
      port: 80,
      isAlive: true,
    },
    {
      service: { kind: "address", protocol: "TCP", address: "10.77.0.64", port: 80 },
      address: "10.77.0.28",
      port: 80,
      isAlive: false,
    },
    { service: { kind: "group", name: "G" }, address: "10.77.0.21", port: 80, isAlive: true },
    { service: { kind: "fwmark", mark: 10 }, address: "10.77.0.21", port: 80, isAlive: false },
    {
      service: { kind: "address", protocol: "UDP", address: "fd00:77::64", port: 53 },
      address: "fd00:77::21",
      port: 53,
      isAlive: true,
    },
  ]);
});

it("a dump that is still being written is not read, at whatever character it stops", () => {
  const end = dump.indexOf("------< Health checkers >------");
  for (let length = 0; length < end + 30; length += 7)
    expect(parseCheckerDump(dump.slice(0, length))).toBeUndefined();
});
