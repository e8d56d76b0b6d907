import { db } from "../db.ts";
import { fingerprintOf, pki } from "../pki.ts";
import { announceRegistry } from "../registry.ts";
import { makeRequest, type AgentIdentity } from "./agent.ts";
import { makeCluster } from "./console.ts";

/** A certificate of this console's CA, as an enrolment would give it. */
export async function identityFor(agentId: string): Promise<AgentIdentity> {
  const { keyPem, csrPem } = await makeRequest();
  const issued = await pki().issueAgent({ csrPem, agentId, names: ["127.0.0.1"] });
  if (issued.outcome !== "issued") throw new Error(issued.reason);
  return { agentId, keyPem, certificatePem: issued.certificatePem, caPem: pki().caPem };
}

/** A director of that id and name in a cluster of its own, whose id is returned. */
export async function register(id: string, port: number, certificatePem: string): Promise<string> {
  const clusterId = await makeCluster();
  await db().director.create({
    data: {
      id,
      clusterId,
      name: id,
      address: "127.0.0.1",
      port,
      certificatePem,
      fingerprint: fingerprintOf(certificatePem),
    },
  });
  await announceRegistry();
  return clusterId;
}
