import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { parseAddress } from "@lvs/core/net/address";
import { db } from "./db.ts";
import { createToken, usualTokenMinutes } from "./enrolment-token.ts";
import { enrolUrlFor } from "./enrol-url.ts";
import { createFirstPerson, newPersonSchema } from "./people.ts";
import { announceRegistry } from "./registry.ts";
import { forgetSetupToken } from "./setup.ts";
import { sshIdentity } from "./ssh-key.ts";
import { openStores } from "./start.ts";

/**
 * A command line for whoever may read the console's key file: prepares a console without its browser. It opens the same database
 * and key file (the same environment variables) beside the running console, which hears of each change at once.
 * Every verb may be run twice. One JSON object on stdout; a sentence on stderr and exit 1 where it failed.
 */

const usage = `usage: node apps/web/src/server/provision.ts VERB OPTIONS
  admin        --name N --email E            the password on stdin; only while there is no account
  cluster      --name N                      makes it where it is missing
  token        --cluster N [--enrol-url U] [--minutes M]
  ssh-key                                    the public key for authorized_keys
  real-server  --cluster N --name N --address A [--ssh-port P] [--ssh-user U] [--service S] [--host-key "ssh-ed25519 AAAA"]
  directors    [--cluster N]                 who has enrolled`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: "string" },
    email: { type: "string" },
    cluster: { type: "string" },
    address: { type: "string" },
    service: { type: "string", default: "nginx" },
    minutes: { type: "string", default: String(usualTokenMinutes) },
    "enrol-url": { type: "string" },
    "ssh-port": { type: "string", default: "22" },
    "ssh-user": { type: "string", default: "root" },
    "host-key": { type: "string" },
  },
});

const verbs: Readonly<Record<string, () => Promise<object>>> = {
  admin,
  cluster,
  token,
  "ssh-key": async () => ({ publicKey: (await sshIdentity()).publicKeyOpenSsh }),
  "real-server": realServer,
  directors,
};

function need(name: "name" | "email" | "cluster" | "address"): string {
  const value = values[name];
  if (value === undefined || value === "") throw new Error(`--${name} is missing\n${usage}`);
  return value;
}

async function admin(): Promise<object> {
  const password = (await text(process.stdin)).replace(/\r?\n$/u, "");
  const parsed = newPersonSchema.safeParse({ name: need("name"), email: need("email"), password });
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => issue.message).join("; "));
  const found = await db().user.findUnique({ where: { email: parsed.data.email }, select: { id: true } });
  if (found !== null) return { id: found.id, isNew: false };
  const id = await createFirstPerson(parsed.data);
  await forgetSetupToken();
  return { id, isNew: true };
}

async function cluster(): Promise<object> {
  const name = need("name");
  const { id } = await db().cluster.upsert({
    where: { name },
    create: { id: randomUUID(), name },
    update: {},
    select: { id: true },
  });
  await announceRegistry();
  return { id, name };
}

async function clusterId(): Promise<string> {
  const name = need("cluster");
  const found = await db().cluster.findUnique({ where: { name }, select: { id: true } });
  if (found === null) throw new Error(`there is no cluster ${name}`);
  return found.id;
}

async function token(): Promise<object> {
  return createToken({
    clusterId: await clusterId(),
    createdBy: "provision",
    enrolUrl: values["enrol-url"] ?? enrolUrlFor(undefined),
    validMinutes: Number(values.minutes),
  });
}

async function realServer(): Promise<object> {
  const address = parseAddress(need("address"));
  if (address === undefined) throw new Error(`${need("address")} is no IP address`);
  const key = { clusterId: await clusterId(), address };
  const fields = {
    name: need("name"),
    sshPort: Number(values["ssh-port"]),
    sshUser: values["ssh-user"],
    serviceName: values.service,
    hostKey: hostKey(),
  };
  const { id } = await db().realServer.upsert({
    where: { clusterId_address: key },
    create: { id: randomUUID(), ...key, ...fields },
    update: fields,
    select: { id: true },
  });
  await announceRegistry();
  return { id, address };
}

/** The first two words of a line of known_hosts or of a .pub file. */
function hostKey(): string | null {
  const words = values["host-key"]?.trim().split(/\s+/u) ?? [];
  if (words.length === 0) return null;
  const [type = "", blob = ""] = words;
  if (!/^[a-z0-9@.-]+$/u.test(type) || !/^[A-Za-z0-9+/]+=*$/u.test(blob)) {
    throw new Error('--host-key wants "ssh-ed25519 AAAA…"');
  }
  return `${type} ${blob}`;
}

async function directors(): Promise<object> {
  const rows = await db().director.findMany({
    where: values.cluster === undefined ? {} : { cluster: { name: values.cluster } },
    orderBy: { name: "asc" },
  });
  return {
    directors: rows.map(({ id, name, address, port, revokedAt }) => {
      return { id, name, address, port, isRevoked: revokedAt !== null };
    }),
  };
}

async function main(): Promise<void> {
  const verb = verbs[positionals[0] ?? ""];
  if (verb === undefined || positionals.length !== 1) throw new Error(usage);
  const closers: (() => Promise<void>)[] = [];
  const { embedded } = await openStores(closers);
  try {
    process.stdout.write(`${JSON.stringify(await verb())}\n`);
  } finally {
    // A database that the running console started stays.
    const mine = embedded?.wasAdopted === true ? closers.slice(1) : closers;
    for (const close of mine.toReversed()) await close();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
