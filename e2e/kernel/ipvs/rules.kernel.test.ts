import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseRules, parseSave, printSave } from "@lvs/core/ipvs/save-format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNoLab } from "../../lab/machine/requirements.ts";
import type { BareRun } from "./bare-kernel.ts";
import { runOnBareKernel } from "./bare-kernel.ts";

const problems = whyNoLab();
if (problems.length > 0) console.log(`skipped: ${problems.join("; ")}`);

/** Stands in the table before each line. */
const base = `-A -t 10.0.0.1:80 -s wlc
-a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 1
-A -f 7 -s rr
`;

/** Lines with every spelling, default and fault of the options; the kernel is asked what each means. */
const lines = [
  "-At 10.0.0.2:80",
  "--add-service --tcp-service=10.0.0.2:80 --scheduler rr",
  "-A -t10.0.0.2:80 -srr",
  "-A -t 10.0.0.2:0 -p",
  "-A -t 10.0.0.2 -p -s rr",
  "-A -t 10.0.0.2:80 -p 17 -M 255.255.0.0",
  "-A -t 10.0.0.2:80 -p -M 255.255.255.255",
  "-A -t 10.0.0.2:80 -p 2678400",
  "-A -t 10.0.0.2:80 -p 2678401",
  "-A -t 10.0.0.2:80 -p 0",
  "-A -t 10.0.0.2:80 -p x",
  "-A -t 10.0.0.2:80 -M 255.0.0.0",
  "-A -t 10.0.0.2:80 -M nonsense",
  "-A -t [::1]:80 -s sh -b flag-1",
  "-A -t [::1]:80 -s sh -b sh-port,sh-fallback",
  "-A -t [::1]:80 -s mh -b sh-port",
  "-A -t [::1]:80 -s rr -b flag-2,flag-3",
  "-A -t [::1]:80 -b mh-port",
  "-A -t [::1]:80 -p 3 -M 64",
  "-A -t [::1]:80 -p 3 -M 128",
  "-A -t [::1]:80 -p 3 -M 129",
  "-A -t [::1] -p",
  "-A -t ::1 -p",
  "-A -t 10.0.0.1:80",
  "-A -u 10.0.0.2:53 -o",
  "-A -t 10.0.0.2:80 -o",
  "-A -t 10.0.0.2:80 --ops",
  "-A -f 9 -o",
  "-A -f 9 -6 -s wrr",
  "-A -6 -f 9",
  "-A -f 0",
  "-A -f 4294967295",
  "-A -f 4294967296",
  "-A -u 10.0.0.2:5060 --pe sip",
  "-A -u 10.0.0.2:5060 -p 60 --pe sip",
  "-A --sctp-service 10.0.0.2:7",
  "-A -t 10.0.0.2:70000",
  "-A -t 10.0.0.2:80 -s rr -s wrr",
  "-A -t 10.0.0.2:80 -A",
  "-A -t 10.0.0.2:80 --frob",
  "-A -t 10.0.0.2:80 stray",
  "-A -t 10.0.0.2:80 -r 10.1.0.1",
  "-A -t 10.0.0.2:80 -w 3",
  "-A -t",
  "-A -s rr",
  "-A -t 10.0.0.2:80 -u 10.0.0.2:80",
  "-E -t 10.0.0.1:80 -s rr -p 60",
  "-E -t 10.0.0.9:80 -s rr",
  "-D -t 10.0.0.1:80",
  "-D -t 10.0.0.1:80 -s rr",
  "-D -f 7",
  "-D -f 7 -6",
  "-a -t 10.0.0.1:80 -r 10.1.0.2",
  "-a -t 10.0.0.1:80 -r 10.1.0.2:8080 -g",
  "-a -t 10.0.0.1:80 -r 10.1.0.2:8080 -m",
  "-a -t 10.0.0.1:80 -r 10.1.0.2:8080 -i",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -m -w 0",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -w 65535",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -w 65536",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -w 2147483647",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -w 2147483648",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -w -1",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -x 5 -y 6",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -y 6",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -x 6 -y 6",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -x 2147483648",
  "-a -t 10.0.0.1:80 -r 10.1.0.1",
  "-a -t 10.0.0.1:80 -r [2001:db8::5]:80 -i",
  "-a -t 10.0.0.1:80 -r [2001:db8::5]:80 -m",
  "-a -t 10.0.0.1:80 -r [2001:db8::5] -i",
  "-a -t 10.0.0.1:80 -r 2001:db8::5 -i",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type gue --tun-port 6080",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type gue",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type gue --tun-port 0",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type gue --tun-port 1 --tun-csum --tun-nocsum",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type gre --tun-csum",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type gre --tun-remcsum",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type gre --tun-port 5",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type ipip --tun-csum",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-type vxlan",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i --tun-csum",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -m --tun-type ipip",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -i -m",
  "-a -t 10.0.0.1:80 -r 10.1.0.2 -s rr",
  "-a -t 10.0.0.1:80",
  "-a -t 10.0.0.1:80 -r 80",
  "-a -f 7 -r 10.1.0.2",
  "-a -f 7 -r 10.1.0.2:9 -i",
  "-a -f 8 -r 10.1.0.2",
  "-e -t 10.0.0.1:80 -r 10.1.0.1 -m -w 5",
  "-e -t 10.0.0.1:80 -r 10.1.0.1:8080 -m -w 5",
  "-d -t 10.0.0.1:80 -r 10.1.0.1",
  "-d -t 10.0.0.1:80 -r 10.1.0.1 -g",
  "-d -t 10.0.0.1:80 -r 10.1.0.9",
  "-C",
  "-C -n",
  "-Z -s rr",
  "-e -t 10.0.0.1:80 -r 10.1.0.1 -p 5",
  "# a comment",
] as const;

const script = `
while IFS= read -r line; do
  n=$((n + 1))
  ipvsadm -C
  ipvsadm -R <base
  printf '%s\\n' "$line" | ipvsadm -R >$n.said 2>&1
  ipvsadm -S -n >$n.saved
done <lines
exit 0
`;

/** The rules as a set: their order is the kernel's. */
const rulesOf = (text: string): string[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();

describe.skipIf(problems.length > 0)("ipvsadm -R on a real kernel and our reader of rules", () => {
  let run: BareRun;

  beforeAll(async () => {
    const files = { base, lines: lines.map((line) => `${line}\n`).join("") };
    run = await runOnBareKernel({ script, files, timeoutMs: 180_000, memoryMb: 256 });
  }, 200_000);
  afterAll(() => run.remove());

  it.each(lines.map((line, index) => ({ line, number: index + 1 })))(
    "agree on: $line",
    ({ line, number }) => {
      const said = readFileSync(join(run.folder, `${number}.said`), "latin1");
      const saved = readFileSync(join(run.folder, `${number}.saved`), "latin1");
      const { value, diagnostics } = parseSave(`${base}${line}\n`);
      expect({ isTaken: diagnostics.length === 0, rules: rulesOf(printSave(value)) }, said).toEqual({
        isTaken: said === "",
        rules: rulesOf(saved),
      });
      expect(parseRules(line).value.length).toBeLessThanOrEqual(1);
    },
  );
});
