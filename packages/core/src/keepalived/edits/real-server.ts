import { addressFamily, parseAddress } from "../../net/address.ts";
import type { ConfigEditOf, RealServerRef } from "../edit.ts";
import { copyRealServer, hasWeight } from "./copy-block.ts";
import type { EditContext, Found } from "./locate.ts";
import {
  findRealServer,
  findRealServers,
  findService,
  onlyOne,
  statementsIn,
  valueOf,
  withBlock,
} from "./locate.ts";
import type { Located, LocatedBlock, Note, Outcome, Patch } from "./patch.ts";
import { patched, rangeOf, refuse, removal, replaceValues } from "./patch.ts";
import type { TextBlock } from "./style.ts";
import { indentInside, insertAfter, insertAtEnd, insertAtStart, styleOf, writeBlock } from "./style.ts";

/** What weight a real server has whose block does not say (check_data.c). */
const defaultWeight = 1;

export const addRealServer = (context: EditContext, edit: ConfigEditOf<"addRealServer">): Outcome => {
  const server = findService(context, edit.service);
  if (server.kind === "refused") return server;
  const { address, port } = edit.realServer;
  if (findRealServers(context, server, edit.realServer).length > 0) {
    return refuse("already-there", `real_server ${address} ${port} is in this virtual_server already`);
  }
  if (isOfOtherFamily(context, server, address)) {
    return refuse(
      "value-not-allowed",
      `${address} is not of the service's family: only lb_kind TUN can lead there`,
    );
  }
  const model = modelFor(context, server, edit.like ?? "sibling");
  if (model?.kind === "refused") return model;
  const written =
    model === undefined
      ? writeRealServer(context, server, edit.realServer)
      : copyFrom(context, { server, model, edit });
  const last = statementsIn(context, "real_server", server).at(-1);
  return {
    kind: "patches",
    patches: [insertServer(context, { server, last, text: written.text })],
    notes: written.notes,
  };
};

/** keepalived drops such a real server (check_data.c). */
const isOfOtherFamily = (context: EditContext, server: LocatedBlock, address: string): boolean => {
  const own = parseAddress(server.statement.words[1] ?? "");
  if (own === undefined || addressFamily(own) === addressFamily(address)) return false;
  return (valueOf(context, server, "lb_kind") ?? valueOf(context, server, "lvs_method")) !== "TUN";
};

type Written = { readonly text: string; readonly notes: readonly Note[] };

const modelFor = (
  context: EditContext,
  server: LocatedBlock,
  like: "sibling" | "nothing" | RealServerRef,
): Found<LocatedBlock> | undefined => {
  if (like === "nothing") return undefined;
  if (like !== "sibling") return findRealServer(context, server, like);
  const last = statementsIn(context, "real_server", server).findLast(
    ({ statement }) => statement.block !== undefined,
  );
  return last === undefined ? undefined : withBlock({ kind: "found", ...last }, "the last real_server");
};

const writeRealServer = (
  context: EditContext,
  server: LocatedBlock,
  real: { address: string; port: number; weight: number },
): Written => {
  const block: TextBlock = {
    header: `real_server ${real.address} ${real.port}`,
    lines: [`weight ${real.weight}`],
  };
  const indent = indentInside(context.tree, server);
  return { text: writeBlock(block, { indent, style: styleOf(context.tree, server) }), notes: [] };
};

const copyFrom = (
  context: EditContext,
  from: { server: LocatedBlock; model: LocatedBlock; edit: ConfigEditOf<"addRealServer"> },
): Written => {
  const { server, model, edit } = from;
  const { tree } = context;
  const { address, port, weight } = edit.realServer;
  const servicePort = Number(server.statement.words[2] ?? 0) || 0;
  const copy = copyRealServer(tree, model, { address, port, servicePort, weight, resolve: context.resolve });
  const needsWeight = !hasWeight(model) && weight !== inheritedWeight(context, server);
  const text = needsWeight ? withWeight(context, { model, text: copy.text, weight }) : copy.text;
  const line = model.section.line + model.statement.line + 1;
  const notes = copy.adapted.map((value): Note => {
    const message = `copied from line ${line} and adapted to the new server: ${value}`;
    return { code: "values-adapted", severity: "info", message, line };
  });
  return { text, notes };
};

const inheritedWeight = (context: EditContext, server: LocatedBlock): number =>
  Number(valueOf(context, server, "weight") ?? defaultWeight);

/** The first line of a copied block, then its weight. */
const withWeight = (
  context: EditContext,
  copy: { model: LocatedBlock; text: string; weight: number },
): string => {
  const { lineEnd } = styleOf(context.tree, copy.model);
  const brace = copy.text.indexOf("{") + 1;
  const indent = indentInside(context.tree, copy.model);
  const rest = copy.text.slice(brace);
  const restOnNewLine = /^[ \t]*\r?\n/u.test(rest) ? rest : lineEnd + indent + rest.trimStart();
  return `${copy.text.slice(0, brace)}${lineEnd}${indent}weight ${copy.weight}${restOnNewLine}`;
};

const insertServer = (
  context: EditContext,
  at: { server: LocatedBlock; last: Located | undefined; text: string },
): Patch => {
  const { tree } = context;
  if (at.last === undefined) return insertAtEnd(tree, at.server, at.text);
  return insertAfter(tree, { ...at.last, end: rangeOf(at.last).end }, at.text);
};

export const removeRealServer = (context: EditContext, edit: ConfigEditOf<"removeRealServer">): Outcome => {
  const server = findService(context, edit.service);
  if (server.kind === "refused") return server;
  const { address, port } = edit.realServer;
  const candidates = findRealServers(context, server, edit.realServer);
  const real = onlyOne(context, candidates, `real_server ${address} ${port}`);
  return real.kind === "refused" ? real : patched(removal(context.tree, real));
};

export const setRealServerWeight = (
  context: EditContext,
  edit: ConfigEditOf<"setRealServerWeight">,
): Outcome => {
  const server = findService(context, edit.service);
  if (server.kind === "refused") return server;
  const real = findRealServer(context, server, edit.realServer);
  if (real.kind === "refused") return real;
  const weights = statementsIn(context, "weight", real);
  const weight = weights.at(-1);
  if (weight !== undefined) {
    if (weight.statement.words[1] === String(edit.weight)) return patched();
    return patched(replaceValues(context.tree, weight, String(edit.weight)));
  }
  const { tree } = context;
  const line = `${indentInside(tree, real)}weight ${edit.weight}${styleOf(tree, real).lineEnd}`;
  return patched(insertAtStart(tree, real, line));
};
