import type { ConfigEditOf, ServiceRef } from "../edit.ts";
import type { EditContext } from "./locate.ts";
import { describeService, findRealServer, findService, onlyOne, statementsIn } from "./locate.ts";
import type { Outcome } from "./patch.ts";
import { patched, refuse, removal } from "./patch.ts";
import type { TextBlock } from "./style.ts";
import { appendBlock, indentInside, insertAtEnd, styleOf, writeBlock, writeSetting } from "./style.ts";

const headerOf = (ref: ServiceRef): string => {
  switch (ref.kind) {
    case "address":
      return `virtual_server ${ref.address} ${ref.port}`;
    case "fwmark":
      return `virtual_server fwmark ${ref.mark}`;
    case "group":
      return `virtual_server group ${ref.name}`;
  }
};

type Checker = ConfigEditOf<"addChecker">["checker"];

const checkerBlock = ({ type, settings }: Checker): TextBlock => ({
  header: type,
  lines: settings.map(writeSetting),
});

export const addVirtualServer = (context: EditContext, edit: ConfigEditOf<"addVirtualServer">): Outcome => {
  const { service } = edit;
  if (findService(context, service).kind === "found") {
    return refuse("already-there", `${describeService(service)} is in this file already`);
  }
  const settings = edit.settings.filter(({ keyword }) => keyword !== "protocol" && keyword !== "ip_family");
  const identity =
    service.kind === "address"
      ? [`protocol ${service.protocol}`]
      : service.kind === "fwmark" && service.family === "inet6"
        ? ["ip_family inet6"]
        : [];
  const realServers = edit.realServers.map(({ address, port, weight, checker }): TextBlock => ({
    header: `real_server ${address} ${port}`,
    lines: [`weight ${weight}`, ...(checker === undefined ? [] : [checkerBlock(checker)])],
  }));
  const lines = [...settings.map(writeSetting), ...identity, ...realServers];
  const last = statementsIn(context, "virtual_server").at(-1);
  return patched(appendBlock(context.tree, last, { header: headerOf(service), lines }));
};

export const removeVirtualServer = (
  context: EditContext,
  edit: ConfigEditOf<"removeVirtualServer">,
): Outcome => {
  const server = findService(context, edit.service);
  return server.kind === "refused" ? server : patched(removal(context.tree, server));
};

export const addChecker = (context: EditContext, edit: ConfigEditOf<"addChecker">): Outcome => {
  const server = findService(context, edit.service);
  if (server.kind === "refused") return server;
  const real = findRealServer(context, server, edit.realServer);
  if (real.kind === "refused") return real;
  const { tree } = context;
  const text = writeBlock(checkerBlock(edit.checker), {
    indent: indentInside(tree, real),
    style: styleOf(tree, real),
  });
  return patched(insertAtEnd(tree, real, text));
};

export const removeChecker = (context: EditContext, edit: ConfigEditOf<"removeChecker">): Outcome => {
  const server = findService(context, edit.service);
  if (server.kind === "refused") return server;
  const real = findRealServer(context, server, edit.realServer);
  if (real.kind === "refused") return real;
  const checker = onlyOne(context, statementsIn(context, edit.type, real), edit.type);
  return checker.kind === "refused" ? checker : patched(removal(context.tree, checker));
};
