import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { runConf } from "./run-conf.ts";

const folder = mkdtempSync(join(tmpdir(), "lvs-conf-"));
afterAll(() => rmSync(folder, { recursive: true }));

const conf = (...words: readonly string[]) => {
  const { output, exitCode } = runConf(words);
  return { stdout: typeof output === "string" ? output : new TextDecoder().decode(output), status: exitCode };
};

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const director = (vrid: number, state: string, priority: number): string => `global_defs {
    router_id ${state}
    reload_check_config
}
vrrp_instance VI_1 {
    state ${state}
    interface eth0
    virtual_router_id ${vrid}
    priority ${priority}
    advert_int 1
    virtual_ipaddress {
        192.0.2.10/24
    }
}
virtual_server 192.0.2.10 80 {
    lb_algo wrr
    lb_kind DR
    protocol TCP
    real_server 192.0.2.21 80 {
        weight 3
        TCP_CHECK {
            connect_timeout 3
        }
    }
}
`;

const sound = write("sound.conf", director(51, "MASTER", 150));
const peer = write("peer.conf", director(51, "BACKUP", 100));
const stranger = write("stranger.conf", director(52, "BACKUP", 100));
const faulty = write("faulty.conf", director(51, "MASTER", 150).replace("weight", "wieght"));

describe("conf lint", () => {
  it("ends with 0 where there is no error", () => {
    expect(conf("lint", sound).status).toBe(0);
  });

  it("ends with 1 and names file, line and column of an error", () => {
    const { stdout, status } = conf("lint", faulty);
    expect(status).toBe(1);
    expect(stdout).toContain(`${faulty}:20:9`);
  });

  it("ends with 2 where a file cannot be read", () => {
    expect(conf("lint", join(folder, "none.conf")).status).toBe(2);
  });

  it("writes one array for all files", () => {
    const { stdout, status } = conf("lint", "--json", sound, faulty);
    expect(status).toBe(1);
    const findings: unknown = JSON.parse(stdout);
    expect(findings).toContainEqual({
      file: faulty,
      line: 20,
      column: 9,
      severity: "error",
      code: "unknown-keyword",
      message: expect.any(String),
    });
  });

  it("writes an empty array where nothing is found", () => {
    expect(JSON.parse(conf("lint", "--json", sound).stdout)).toEqual([]);
  });

  it("reads lines marked for a host as that host does", () => {
    const marked = write("marked.conf", director(51, "MASTER", 150).replace("weight 3", "@lb9 wieght 3"));
    expect(conf("lint", "--as", "lb1", marked).status).toBe(0);
    expect(conf("lint", "--as", "lb9", marked).status).toBe(1);
  });
});

describe("conf pair", () => {
  it("finds nothing between two directors of one pair", () => {
    expect(conf("pair", "--json", sound, peer)).toEqual({ stdout: "[]\n", status: 0 });
  });

  it("finds the virtual router id that differs", () => {
    const { stdout, status } = conf("pair", sound, stranger);
    expect(status).toBe(1);
    expect(stdout).toContain("virtual_router_id");
  });
});

describe("conf print and table", () => {
  it("prints the bytes of the file", () => {
    expect(conf("print", sound)).toEqual({ stdout: readFileSync(sound, "utf8"), status: 0 });
  });

  it("prints the table as ipvsadm -Sn does", () => {
    const { stdout, status } = conf("table", sound);
    expect(status).toBe(0);
    expect(stdout).toContain("-A -t 192.0.2.10:80 -s wrr\n-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 3\n");
  });
});

describe("conf without sense", () => {
  it.each([[[]], [["wash", "x"]], [["lint"]], [["pair", "a"]], [["lint", "--none", "a"]]])(
    "%j is answered with the usage",
    (words) => {
      const { stdout, status } = conf(...words);
      expect(status).toBe(2);
      expect(stdout).toContain("conf lint");
    },
  );
});

describe("the process", () => {
  it("prints what was found and ends with its exit code", () => {
    const main = fileURLToPath(new URL("main.ts", import.meta.url));
    const { stdout, status } = spawnSync(process.execPath, [main, "lint", faulty], { encoding: "utf8" });
    expect({ stdout, status }).toEqual(conf("lint", faulty));
  });
});
