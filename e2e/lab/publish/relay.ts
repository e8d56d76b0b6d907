import { connect, createServer, type Socket } from "node:net";

/**
 * One half of a relay between this machine and a namespace of the lab. A unix socket is what both sides can reach.
 *   relay.ts outer PORT SOCKET   listens on 127.0.0.1:PORT here, connects to SOCKET
 *   relay.ts inner SOCKET PORT   listens on SOCKET, connects to 127.0.0.1:PORT in the namespace
 * SOCKET is relative to the working directory: the path of a unix socket may not be longer than 107 bytes.
 */

/** Carries bytes both ways with back pressure; each side may end its half on its own; either's failure ends both. */
function join(near: Socket, far: Socket): void {
  near.setNoDelay(true);
  far.setNoDelay(true);
  near.on("error", () => far.destroy());
  far.on("error", () => near.destroy());
  near.on("close", (failed: boolean) => failed && far.destroy());
  far.on("close", (failed: boolean) => failed && near.destroy());
  near.pipe(far);
  far.pipe(near);
}

const [, , role, ...rest] = process.argv;
const [first, second] = rest;
if ((role !== "outer" && role !== "inner") || first === undefined || second === undefined) {
  throw new Error("usage: relay.ts outer PORT SOCKET | inner SOCKET PORT");
}

const isOuter = role === "outer";
const port = Number(isOuter ? first : second);
const socket = isOuter ? second : first;

const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
  near.on("error", () => near.destroy());
  const far = isOuter
    ? connect({ path: socket, allowHalfOpen: true })
    : connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  join(near, far);
});
server.on("error", (error) => {
  process.stdout.write(`RELAY-FAILED ${error.message}\n`);
  process.exitCode = 1;
});
const ready = () => process.stdout.write("RELAY-READY\n");
if (isOuter) server.listen({ host: "127.0.0.1", port }, ready);
else server.listen({ path: socket }, ready);
