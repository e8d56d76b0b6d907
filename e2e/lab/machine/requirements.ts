import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { arch, platform } from "node:process";
import { commandEnv } from "./command.ts";
import { labFolder, projectRoot } from "./state.ts";
import { needsXstateShim } from "./xstate.ts";

/** What the lab runs, and the Debian package that brings it. */
const programs: Readonly<Record<string, string>> = {
  "linux.uml": "user-mode-linux",
  keepalived: "keepalived",
  ipvsadm: "ipvsadm",
  ip: "iproute2",
  modprobe: "kmod",
  sshd: "openssh-server",
  "ssh-keygen": "openssh-client",
  nginx: "nginx-light",
  sudo: "sudo",
  nsenter: "util-linux",
  unshare: "util-linux",
  systemctl: "systemd",
};

/** Debian packages the lab needs on this machine, sorted. The compiler only where the processor asks for the shim. */
export function labPackages(): readonly string[] {
  const compiler = needsXstateShim() ? ["gcc", "libc6-dev"] : [];
  return [...new Set([...Object.values(programs), ...compiler])].toSorted();
}

function isOnPath(program: string): boolean {
  const folders = (commandEnv["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function missingPrograms(): readonly string[] {
  const missing = Object.entries(programs).filter(([program]) => !isOnPath(program));
  const compiler = needsXstateShim() && !isOnPath("gcc");
  return [
    ...missing.map(([program, from]) => `the program ${program} is missing (Debian package ${from})`),
    ...(compiler
      ? ["the program gcc is missing (Debian packages gcc libc6-dev): this processor needs a shim built"]
      : []),
  ];
}

function tunnelProblem(): string | null {
  const path = "/dev/net/tun";
  if (!existsSync(path)) return `${path} is missing (the kernel's tun driver)`;
  return statSync(path).isCharacterDevice() ? null : `${path} is not a device`;
}

/** A root without the right to make namespaces (an ordinary container's) cannot run the lab. */
function namespaceProblem(): string | null {
  if (process.getuid?.() !== 0 || !isOnPath("unshare")) return null;
  const trial = spawnSync("unshare", ["-n", "-m", "-p", "-f", "true"], { encoding: "utf8", timeout: 5000 });
  if (trial.status === 0) return null;
  return `this root may not make namespaces (${(trial.stderr || "no answer").trim()})`;
}

/** What keeps the lab from running on this machine, one line each; empty when it can run. */
export function whyNoLab(): string[] {
  if (platform !== "linux" || arch !== "x64") {
    return [`the lab's directors need Linux on x86-64; this is ${platform} on ${arch}`];
  }
  const user = process.getuid?.() === 0 ? [] : ["the lab needs root (network namespaces, taps)"];
  const machine = [tunnelProblem(), namespaceProblem()].filter((problem) => problem !== null);
  const folder = labFolder("lab");
  const odd = [projectRoot, folder, process.execPath].filter((path) => !/^[\w./@+-]+$/.test(path));
  return [
    ...user,
    ...missingPrograms(),
    ...machine,
    ...odd.map(
      (path) => `${path} has a character that a director's kernel cannot be told (blank, colon, comma …)`,
    ),
  ];
}
