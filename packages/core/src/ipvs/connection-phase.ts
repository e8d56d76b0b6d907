import type { Connection } from "./connections.ts";

/**
 * What an entry's state means for traffic. `opening`: the handshake is not done. `open`: it carries traffic; ipvsadm counts it in
 * ActiveConn (UDP too as long as the entry lives). `closing`: it ended and only waits for its time to run out. `template`: no connection
 * but the memory of a persistent client. `unknown`: a word that this kernel's own tables do not have.
 */
export type ConnectionPhase = "opening" | "open" | "closing" | "template" | "unknown";

/** tcp_state_name_table (ip_vs_proto_tcp.c), sctp_state_name_table (ip_vs_proto_sctp.c), udp_state_name_table (ip_vs_proto_udp.c). */
const phases: Readonly<Record<string, ConnectionPhase>> = {
  SYN_SENT: "opening",
  SYN_RECV: "opening",
  SYNACK: "opening",
  LISTEN: "opening",
  INIT1: "opening",
  INIT: "opening",
  COOKIE_SENT: "opening",
  COOKIE_REPLIED: "opening",
  COOKIE_WAIT: "opening",
  COOKIE: "opening",
  COOKIE_ECHOED: "opening",
  ESTABLISHED: "open",
  UDP: "open",
  FIN_WAIT: "closing",
  TIME_WAIT: "closing",
  CLOSE: "closing",
  CLOSE_WAIT: "closing",
  LAST_ACK: "closing",
  SHUTDOWN_SENT: "closing",
  SHUTDOWN_RECEIVED: "closing",
  SHUTDOWN_ACK_SENT: "closing",
  REJECTED: "closing",
  CLOSED: "closing",
};

/** The phase of one entry. */
export const connectionPhase = ({ kind, state }: Pick<Connection, "kind" | "state">): ConnectionPhase =>
  kind === "template" ? "template" : (phases[state] ?? "unknown");

/** Every state name a connection may carry, for a choice of filters; TCP's first. */
export const connectionStates: readonly string[] = Object.keys(phases);
