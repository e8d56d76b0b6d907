import { randomUUID } from "node:crypto";
import { z } from "zod";
import { parseAddress } from "@lvs/core/net/address";
import { db } from "../db.ts";
import { printHostKeyFingerprint } from "../host-key.ts";
import { currentFleet } from "../live.ts";
import { problem } from "../problem.ts";
import { announceRegistry } from "../registry.ts";
import { readHostKey } from "../ssh/host-key.ts";
import { SshError } from "../ssh/ssh-error.ts";
import { sshIdentity } from "../ssh-key.ts";
import { procedure, router } from "../trpc.ts";
import { probeRealServer, reachRealServer } from "./reach.ts";

const idSchema = z.object({ id: z.string() });
const name = z.string().trim().min(1).max(100);
const word = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/, "letters, digits, _ . @ -");
const address = z
  .string()
  .trim()
  .transform((text, context) => {
    const parsed = parseAddress(text);
    if (parsed === undefined) context.addIssue({ code: "custom", message: `"${text}" is no IP address` });
    return parsed ?? "";
  });

const fieldsSchema = z.object({
  clusterId: z.string(),
  name,
  address,
  sshPort: z.int().min(1).max(65_535).default(22),
  sshUser: word.default("root"),
  serviceName: word.default("nginx"),
});

const hostKeySchema = z.object({ type: z.string(), blob: z.string(), fingerprint: z.string() });

/** Real servers as the console reaches them over SSH. A host key counts only after a person has accepted it. */
export const realServersRouter = router({
  list: procedure.query(() => currentFleet().realServers),

  /** To be put into authorized_keys of each real server. */
  publicKey: procedure
    .output(z.object({ publicKey: z.string() }))
    .query(async () => ({ publicKey: (await sshIdentity()).publicKeyOpenSsh })),

  add: procedure
    .input(fieldsSchema)
    .output(idSchema)
    .mutation(async ({ input }) => {
      const taken = await db().realServer.findUnique({
        where: { clusterId_address: { clusterId: input.clusterId, address: input.address } },
      });
      if (taken !== null)
        throw problem("nameTaken", `${input.address} is registered already as ${taken.name}.`);
      const id = randomUUID();
      await db().realServer.create({ data: { id, ...input } });
      await announceRegistry();
      return { id };
    }),

  remove: procedure.input(idSchema).mutation(async ({ input }) => {
    const isInRun = currentFleet().runs.some(
      (run) =>
        run.endedAtMs === undefined &&
        "realServerId" in run.plan.request &&
        run.plan.request.realServerId === input.id,
    );
    if (isInRun) throw problem("runUnderWay", "A run is about this real server. Let it end first.");
    const { count } = await db().realServer.deleteMany({ where: { id: input.id } });
    if (count === 0) throw problem("notFound", "This real server is not registered any more.");
    await announceRegistry();
  }),

  /** What the machine presents now, and what is pinned. Signs in nowhere. */
  readHostKey: procedure
    .input(idSchema)
    .output(z.object({ presented: hostKeySchema, pinnedFingerprint: z.string().optional() }))
    .mutation(async ({ input }) => {
      const row = await findRow(input.id);
      const presented = await overSsh(() => readHostKey({ address: row.address, port: row.sshPort }));
      return row.hostKey === null
        ? { presented }
        : { presented, pinnedFingerprint: printHostKeyFingerprint(row.hostKey) };
    }),

  /** Accepts exactly the key with this fingerprint: the machine is asked again, another key is refused. */
  pinHostKey: procedure.input(idSchema.extend({ fingerprint: z.string() })).mutation(async ({ input }) => {
    const row = await findRow(input.id);
    const presented = await overSsh(() => readHostKey({ address: row.address, port: row.sshPort }));
    if (presented.fingerprint !== input.fingerprint)
      throw problem(
        "hostKeyIsAnother",
        `${row.address} presents ${presented.fingerprint} now, not ${input.fingerprint}. Nothing was pinned.`,
      );
    await db().realServer.update({
      where: { id: row.id },
      data: { hostKey: `${presented.type} ${presented.blob}` },
    });
    await announceRegistry();
  }),

  /** Signs in and looks, as a run would. */
  test: procedure
    .input(idSchema)
    .output(z.object({ loopbackAddresses: z.array(z.string()), isArpSuppressed: z.boolean().optional() }))
    .mutation(async ({ input }) => {
      const row = await findRow(input.id);
      await overSsh(async () => (await reachRealServer(row.id)).link.run(["true"]));
      const probe = await probeRealServer(row, []);
      return {
        loopbackAddresses: [...(probe.loopbackAddresses ?? [])],
        ...(probe.arp === undefined
          ? {}
          : { isArpSuppressed: probe.arp.allIgnore >= 1 && probe.arp.allAnnounce >= 2 }),
      };
    }),
});

async function findRow(id: string) {
  const row = await db().realServer.findUnique({ where: { id } });
  if (row === null) throw problem("notFound", "This real server is not registered any more.");
  return row;
}

async function overSsh<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SshError) throw problem("sshFailed", error.message, error);
    throw error;
  }
}
