import { setTimeout as sleep } from "node:timers/promises";
import { mustExec } from "../lab/exec.ts";

/**
 * The documented procedure (book 6.5.1) with the documented commands, as a careful operator types them: each step checked with
 * `ipvsadm -Ln` and `ip addr` before the next. What the workflows are compared with.
 */

const configPath = "/etc/keepalived/keepalived.conf";

export interface HandWork {
  readonly lab: string;
  /** The MASTER first. */
  readonly directors: readonly string[];
  readonly realServer: { readonly name: string; readonly address: string; readonly port: number };
  readonly vip: string;
}

/** 1 stop its service, 2 lvs_real stop, 3 edit each file, 4 to 6 each keepalived stopped and started in turn. */
export async function removeByHand(work: HandWork): Promise<void> {
  const { lab, directors, realServer } = work;
  await mustExec(lab, realServer.name, ["service", "nginx", "stop"]);
  for (const director of directors) await seeRow(work, director, false);
  await mustExec(lab, realServer.name, ["/etc/init.d/lvs_real", "stop"]);
  for (const director of directors) {
    await mustExec(lab, director, ["cp", configPath, `${configPath}.before`]);
    await mustExec(lab, director, ["sh", "-c", withoutBlock(realServer)]);
  }
  await restartEach(work);
}

/** 1 start its service, 2 lvs_real start, 3 look, 4 edit each file, 5 to 7 each keepalived in turn. */
export async function addByHand(work: HandWork): Promise<void> {
  const { lab, directors, realServer } = work;
  await mustExec(lab, realServer.name, ["service", "nginx", "start"]);
  await mustExec(lab, realServer.name, ["/etc/init.d/lvs_real", "start"]);
  for (const director of directors) await mustExec(lab, director, ["mv", `${configPath}.before`, configPath]);
  await restartEach(work);
  for (const director of directors) await seeRow(work, director, true);
}

async function restartEach(work: HandWork): Promise<void> {
  for (const director of work.directors) {
    const other = work.directors.find((each) => each !== director) ?? "";
    await mustExec(work.lab, director, ["/etc/init.d/keepalived", "stop"]);
    await seeVip(work, other);
    await mustExec(work.lab, director, ["/etc/init.d/keepalived", "start"]);
    await seeVip(work, work.directors[0] ?? "");
  }
}

/** Takes the real_server block out by its braces, as an editor would. */
function withoutBlock({ address, port }: HandWork["realServer"]): string {
  const program = [
    `!skip && $1 == "real_server" && $2 == "${address}" && $3 == "${port}" { skip = 1; depth = 0 }`,
    `skip { depth += gsub(/\\{/, "{") - gsub(/\\}/, "}"); if (depth == 0) skip = 0; next }`,
    `{ print }`,
  ].join("\n");
  return `awk '${program}' ${configPath}.before > ${configPath}.new && mv ${configPath}.new ${configPath}`;
}

async function seeRow({ lab, realServer }: HandWork, director: string, isWanted: boolean): Promise<void> {
  await see(`${realServer.address} ${isWanted ? "in" : "out of"} the table of ${director}`, async () => {
    const listing = await mustExec(lab, director, ["ipvsadm", "-Ln"]);
    return listing.includes(`${realServer.address}:${realServer.port}`) === isWanted;
  });
}

async function seeVip({ lab, vip }: HandWork, director: string): Promise<void> {
  await see(`${vip} on ${director}`, async () =>
    (await mustExec(lab, director, ["ip", "-o", "addr", "show", "dev", "eth0"])).includes(` ${vip}/`),
  );
}

async function see(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    if (await look()) return;
    await sleep(1_000);
  }
  throw new Error(`by hand: never saw ${what}`);
}
