import { addressFamily, parseAddress } from "../../net/address.ts";
import type { ConfigTree, Node, Section, Statement } from "../cst.ts";
import type { BlockStep, RealServerRef, ServiceRef } from "../edit.ts";
import type { Located, LocatedBlock, Refusal } from "./patch.ts";
import { refuse } from "./patch.ts";
import type { ResolveWord } from "./resolve-words.ts";

/** Finds what an edit names. Whatever is not there exactly once is refused. */
export interface EditContext {
  readonly tree: ConfigTree;
  /** The director the file is read for: of lines with `@id`, only those that count for it are found. */
  readonly configId: string | undefined;
  readonly resolve: ResolveWord;
}

/** A statement as it means: definitions in its words replaced. */
const resolved = (statement: Statement, { resolve }: EditContext): Statement =>
  statement.words.some((word) => word.includes("$"))
    ? { ...statement, words: statement.words.map(resolve) }
    : statement;

export type Found<T> = ({ readonly kind: "found" } & T) | Refusal;

const applies = ({ condition }: Statement, { configId }: EditContext): boolean =>
  condition === undefined || configId === undefined || (condition.id === configId) !== condition.isNegated;

const isStatement = (node: Node): node is Statement => node.kind === "statement";

/** The statements with a keyword in a block; without a block, at the top level. */
export const statementsIn = (context: EditContext, keyword: string, inside?: LocatedBlock): Located[] => {
  const lists: readonly { section: Section; nodes: readonly Node[] }[] =
    inside === undefined
      ? context.tree.sections.map((section) => ({ section, nodes: section.body.nodes }))
      : [{ section: inside.section, nodes: inside.block.nodes }];
  return lists.flatMap(({ section, nodes }) =>
    nodes
      .filter(isStatement)
      .filter((statement) => statement.words[0] === keyword && applies(statement, context))
      .map((statement) => resolved(statement, context))
      .map((statement) => ({ section, statement })),
  );
};

const lineOf = ({ section, statement }: Located): number => section.line + statement.line + 1;

const hasDirectives = (tree: ConfigTree): boolean =>
  /^[ \t]*(?:@\S*[ \t]+)?(?:include|\$\w+=|~(?:SEQ|LST))/mu.test(tree.text);

const notFound = (context: EditContext, what: string): Refusal =>
  hasDirectives(context.tree)
    ? refuse(
        "target-not-in-this-file",
        `${what} is not written in this file: it may come from an include or a definition, edit it there`,
      )
    : refuse("target-not-found", `${what} is not in this file`);

/** The only one of several; what names it in messages. */
export const onlyOne = (
  context: EditContext,
  candidates: readonly Located[],
  what: string,
): Found<Located> => {
  const [first, second] = candidates;
  if (first === undefined) return notFound(context, what);
  if (second === undefined) return { kind: "found", ...first };
  const lines = candidates.map(lineOf).join(", ");
  return refuse(
    "target-ambiguous",
    `${what} is in this file ${candidates.length} times (lines ${lines})`,
    lineOf(second),
  );
};

export const withBlock = (located: Found<Located>, what: string): Found<LocatedBlock> => {
  if (located.kind === "refused") return located;
  const { section, statement } = located;
  const { block } = statement;
  if (block?.close !== undefined) return { kind: "found", section, statement, block };
  return refuse("not-a-block", `${what} has no block of its own`, lineOf(located));
};

export const isSameAddress = (word: string | undefined, address: string): boolean => {
  if (word === undefined) return false;
  return word === address || (parseAddress(word) ?? word) === (parseAddress(address) ?? address);
};

const portOf = (word: string | undefined): number =>
  word !== undefined && /^\d{1,5}$/u.test(word) ? Number(word) : 0;

/** The last value of a keyword in a block: the one keepalived keeps. */
export const valueOf = (context: EditContext, inside: LocatedBlock, keyword: string): string | undefined =>
  statementsIn(context, keyword, inside).at(-1)?.statement.words[1];

const protocolOf = (context: EditContext, server: LocatedBlock): string =>
  (valueOf(context, server, "protocol") ?? "UDP").toUpperCase();

const blocksOf = (located: readonly Located[]): LocatedBlock[] =>
  located.flatMap(({ section, statement }) =>
    statement.block?.close === undefined ? [] : [{ section, statement, block: statement.block }],
  );

export const describeService = (ref: ServiceRef): string => {
  switch (ref.kind) {
    case "address":
      return `virtual_server ${ref.address} ${ref.port} (${ref.protocol})`;
    case "fwmark":
      return `virtual_server fwmark ${ref.mark}`;
    case "group":
      return `virtual_server group ${ref.name}`;
  }
};

const isServer = (context: EditContext, server: LocatedBlock, ref: ServiceRef): boolean => {
  const [, first, second] = server.statement.words;
  switch (ref.kind) {
    case "group":
      return first === "group" && second === ref.name;
    case "fwmark":
      return first === "fwmark" && portless(second) === ref.mark && familyOf(context, server) === ref.family;
    case "address":
      return (
        isSameAddress(first, ref.address) &&
        portOf(second) === ref.port &&
        protocolOf(context, server) === ref.protocol
      );
  }
};

const portless = (word: string | undefined): number =>
  word !== undefined && /^\d{1,10}$/u.test(word) ? Number(word) : -1;

const familyOf = (context: EditContext, server: LocatedBlock): "inet" | "inet6" => {
  if (valueOf(context, server, "ip_family") === "inet6") return "inet6";
  const address = statementsIn(context, "real_server", server)[0]?.statement.words[1];
  return address === undefined ? "inet" : addressFamily(address);
};

/** Groups that hold the address and port, or the mark, of a service. */
const groupsWith = (context: EditContext, ref: ServiceRef): string[] =>
  blocksOf(statementsIn(context, "virtual_server_group"))
    .filter((group) => group.block.nodes.filter(isStatement).some(({ words }) => isMember(words, ref)))
    .flatMap((group) => group.statement.words[1] ?? []);

const isMember = (words: readonly string[], ref: ServiceRef): boolean => {
  if (ref.kind === "fwmark") return words[0] === "fwmark" && portless(words[1]) === ref.mark;
  return ref.kind === "address" && isSameAddress(words[0], ref.address) && portOf(words[1]) === ref.port;
};

/** The virtual_server block of a service, directly or through a group that holds its address. */
export const findService = (context: EditContext, ref: ServiceRef): Found<LocatedBlock> => {
  const servers = blocksOf(statementsIn(context, "virtual_server"));
  const direct = servers.filter((server) => isServer(context, server, ref));
  const names = direct.length > 0 ? [] : groupsWith(context, ref);
  const byGroup = servers.filter(
    (server) =>
      names.some((name) => isServer(context, server, { kind: "group", name })) &&
      (ref.kind !== "address" || protocolOf(context, server) === ref.protocol),
  );
  const what = describeService(ref);
  return withBlock(onlyOne(context, direct.length > 0 ? direct : byGroup, what), what);
};

/** A real_server of a virtual server, by the port as written or as the kernel shows it (Route and Tunnel take the service's). */
export const findRealServers = (
  context: EditContext,
  server: LocatedBlock,
  ref: RealServerRef,
): Located[] => {
  const servicePort = server.statement.words[1] === "fwmark" ? 0 : portOf(server.statement.words[2]);
  const candidates = statementsIn(context, "real_server", server).filter(({ statement }) =>
    isSameAddress(statement.words[1], ref.address),
  );
  const written = candidates.filter(
    ({ statement }) => (portOf(statement.words[2]) || servicePort) === ref.port,
  );
  if (written.length > 0 || !isPortFixed(context, server) || ref.port !== servicePort) return written;
  return candidates;
};

const isPortFixed = (context: EditContext, server: LocatedBlock): boolean => {
  const method = valueOf(context, server, "lb_kind") ?? valueOf(context, server, "lvs_method");
  return method === "DR" || method === "TUN";
};

export const findRealServer = (
  context: EditContext,
  server: LocatedBlock,
  ref: RealServerRef,
): Found<LocatedBlock> => {
  const what = `real_server ${ref.address} ${ref.port}`;
  return withBlock(onlyOne(context, findRealServers(context, server, ref), what), what);
};

export const findInstance = (context: EditContext, name: string): Found<LocatedBlock> => {
  const candidates = statementsIn(context, "vrrp_instance").filter(
    ({ statement }) => statement.words[1] === name,
  );
  return withBlock(onlyOne(context, candidates, `vrrp_instance ${name}`), `vrrp_instance ${name}`);
};

/** The block at the end of a path; undefined for the empty path, the top level. */
export const findBlock = (
  context: EditContext,
  path: readonly BlockStep[],
): Found<{ inside: LocatedBlock | undefined }> => {
  let inside: LocatedBlock | undefined;
  for (const { keyword, values } of path) {
    const candidates = statementsIn(context, keyword, inside).filter(({ statement }) =>
      values.every((value, index) => statement.words[index + 1] === value),
    );
    const what = [keyword, ...values].join(" ");
    const next = withBlock(onlyOne(context, candidates, what), what);
    if (next.kind === "refused") return next;
    inside = next;
  }
  return { kind: "found", inside };
};
