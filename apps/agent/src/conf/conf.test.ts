import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { runConf } from "./run-conf.ts";

const folder = mkdtempSync(join(tmpdir(), "lvs-conf-"));
afterAll(() => rmSync(folder, { recursive: true }));

const main = fileURLToPath(new URL("main.ts", import.meta.url));

const conf = (...words: readonly string[]) => {
  const { output, complaint = "", exitCode } = runConf(words);
  const stdout = typeof output === "string" ? output : new TextDecoder().decode(output);
  return { stdout, stderr: complaint, status: exitCode };
};

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const dangling = (name: string): string => {
  const path = join(folder, name);
  if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(join(folder, "no-such-file"), path);
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

describe("files that are odd", () => {
  it.each([
    ["a folder", () => folder],
    ["a link that leads nowhere", () => dangling("nowhere.conf")],
    ["no file", () => join(folder, "none.conf")],
  ])(
    "%s ends every verb with 2, its reason on standard error and nothing on standard output",
    (_, pathOf) => {
      const path = pathOf();
      for (const words of [
        ["print", path],
        ["table", path],
      ]) {
        const { stdout, stderr, status } = conf(...words);
        expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
        expect(stderr).toContain(`${path}: could not be read`);
      }
      expect(conf("lint", path).status).toBe(2);
      expect(conf("pair", sound, path).status).toBe(2);
    },
  );

  it("an unreadable one among many stands in the array, and the others are looked at", () => {
    const path = join(folder, "none.conf");
    const { stdout, status } = conf("lint", "--json", path, faulty);
    expect(status).toBe(2);
    const findings: unknown = JSON.parse(stdout);
    expect(findings).toContainEqual({
      file: path,
      line: 0,
      column: 0,
      severity: "error",
      code: "unreadable",
      message: expect.stringContaining("ENOENT"),
    });
    expect(findings).toContainEqual(expect.objectContaining({ file: faulty, code: "unknown-keyword" }));
  });

  it("an included one that cannot be read ends with 2 and is named", () => {
    const link = dangling("included.conf");
    const including = write("including.conf", "include included.conf\n");
    expect(conf("lint", including)).toMatchObject({ status: 2 });
    expect(conf("lint", including).stderr).toContain(link);
    expect(conf("table", including)).toMatchObject({ stdout: "", status: 2 });
  });

  it("includes are found beside the file that names them, whatever the working directory", () => {
    mkdirSync(join(folder, "conf.d"));
    write("conf.d/part.conf", "router_idd x\n");
    const including = write("main.conf", "include conf.d/*.conf\n");
    expect(conf("lint", including).stdout).toContain(`${join(folder, "conf.d/part.conf")}:1:1: error`);
  });

  it("a directory and an executable are passed over where files are included, as keepalived does", () => {
    mkdirSync(join(folder, "mixed.d", "deeper"), { recursive: true });
    write("mixed.d/part.conf", "router_idd x\n");
    write("mixed.d/script.conf", "router_iddd x\n");
    chmodSync(join(folder, "mixed.d", "script.conf"), 0o755);
    const { stdout, stderr, status } = conf("lint", write("mixed.conf", "include mixed.d/*\n"));
    expect({ stderr, status }).toEqual({ stderr: "", status: 1 });
    expect(stdout).toContain("router_idd ");
    expect(stdout).not.toContain("router_iddd");
    const alone = conf("lint", write("alone.conf", "include mixed.d/script.conf\n"));
    expect(alone.status).toBe(0);
    expect(alone.stdout).toContain("it is executable");
  });

  it("a FIFO that nobody writes to does not make it wait; one of a command is read", () => {
    const fifo = join(folder, "fifo.conf");
    spawnSync("mkfifo", [fifo]);
    expect(conf("lint", fifo)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("not a regular file"),
    });
    const command = `"${process.execPath}" "${main}" lint <(printf 'stray\\n')`;
    expect(spawnSync("bash", ["-c", command], { encoding: "utf8" }).stdout).toContain(
      "stray is not a keyword at the top level [unknown-keyword]\n    1 | stray\n",
    );
  });

  it("bytes of any kind are read, and none of them steers the terminal", () => {
    const path = join(folder, "bytes.conf");
    const bytes = Uint8Array.from({ length: 4_096 }, (_, index) => (index * 167 + (index >> 3)) % 256);
    writeFileSync(path, bytes);
    const { stdout, status } = conf("lint", path);
    expect(status).toBe(1);
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F]/u);
    const printed = runConf(["print", path]).output;
    expect(typeof printed === "string" ? [] : [...printed]).toEqual([...bytes]);
    expect(conf("table", path).status).toBe(0);
  });

  it("an empty one has no mistakes and asks for an empty table", () => {
    const empty = write("empty.conf", "");
    expect(conf("lint", "--json", empty)).toMatchObject({ stdout: "[]\n", status: 0 });
    expect(conf("table", empty)).toMatchObject({ stdout: "", status: 0 });
  });
});

describe("conf pair", () => {
  it("finds nothing between two directors of one pair", () => {
    expect(conf("pair", "--json", sound, peer)).toMatchObject({ stdout: "[]\n", status: 0 });
  });

  it("finds the virtual router id that differs", () => {
    const { stdout, status } = conf("pair", sound, stranger);
    expect(status).toBe(1);
    expect(stdout).toContain("virtual_router_id");
  });
});

describe("conf print and table", () => {
  it("prints the bytes of the file", () => {
    expect(conf("print", sound)).toMatchObject({ stdout: readFileSync(sound, "utf8"), status: 0 });
  });

  it("prints the table as ipvsadm -Sn does", () => {
    const { stdout, status } = conf("table", sound);
    expect(status).toBe(0);
    expect(stdout).toContain("-A -t 192.0.2.10:80 -s wrr\n-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 3\n");
  });
});

describe("conf without sense", () => {
  it.each([
    [[]],
    [["wash", "x"]],
    [["lint"]],
    [["lint", "--json"]],
    [["pair", "a"]],
    [["lint", "--none", "a"]],
  ])("%j is answered with the usage, on standard error", (words) => {
    const { stdout, stderr, status } = conf(...words);
    expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
    expect(stderr).toContain("conf lint");
  });

  it("tells what a verb wants", () => {
    expect(conf("pair", sound).stderr).toContain("pair wants two files");
  });
});

describe("the process", () => {
  it("prints what was found and ends with its exit code", () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [main, "lint", faulty], {
      encoding: "utf8",
    });
    expect({ stdout, stderr, status }).toEqual(conf("lint", faulty));
  });

  it("ends without a word where its reader has seen enough", () => {
    const many = write("many.conf", "stray\n".repeat(3_000));
    const command = `"${process.execPath}" "${main}" lint "${many}" | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout.split("\n").at(-2)).toBe("1");
  });
});
