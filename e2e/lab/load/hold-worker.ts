import { connect, type Socket } from "node:net";
import { z } from "zod";

/**
 * A client that opens connections and keeps them: it asks for `/` on each every 20 s, so that nginx does not close it. Says "held" when
 * all are answered once; ends when its input ends.
 */
const orderSchema = z.object({
  from: z.string(),
  to: z.string(),
  port: z.int(),
  count: z.int(),
});
const json: unknown = JSON.parse(process.argv[2] ?? "{}");
const { count, from, port, to } = orderSchema.parse(json);
const everyMs = 20_000;

function hold(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to, port, localAddress: from });
    const ask = (): void => void socket.write(`GET / HTTP/1.1\r\nHost: ${to}\r\n\r\n`);
    socket.once("connect", ask);
    socket.once("data", () => {
      setInterval(ask, everyMs).unref();
      resolve(socket);
    });
    socket.on("error", (error) => {
      reject(error);
      process.stderr.write(`a held connection broke: ${error.message}\n`);
    });
  });
}

const sockets = await Promise.all(Array.from({ length: count }, hold));
for (const socket of sockets) socket.resume();
process.stdout.write("held\n");
process.stdin.resume();
process.stdin.once("end", () => process.exit(0));
