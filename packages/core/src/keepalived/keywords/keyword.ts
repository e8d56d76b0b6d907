/**
 * The shape of the grammar: every keyword of keepalived.conf(5) as data. Editor, linter and reference page read the same
 * table. What is accepted follows the parser of 2.2.7 (lib/parser.c, *_parser.c), names up to 2.4 its newest man page.
 */

/** A table of keywords: the top level, or the inside of a block. Named for the keyword that opens it. */
export type BlockName =
  | "root"
  | "global_defs"
  | "track_group"
  | "vrrp_sync_group"
  | "garp_group"
  | "vrrp_instance"
  | "authentication"
  | "auth_hmac"
  | "vrrp_script"
  | "vrrp_track_process"
  | "track_file"
  | "bfd_instance"
  | "SSL"
  | "virtual_server"
  | "real_server"
  | "TCP_CHECK"
  | "HTTP_GET"
  | "SSL_GET"
  | "url"
  | "SMTP_CHECK"
  | "host"
  | "DNS_CHECK"
  | "UDP_CHECK"
  | "PING_CHECK"
  | "MISC_CHECK"
  | "BFD_CHECK"
  | "FILE_CHECK";

/** What the elements of a value block are: such a block has no keywords of its own, each line is one element. */
export type ListKind =
  | "addresses"
  | "static-addresses"
  | "routes"
  | "static-routes"
  | "rules"
  | "static-rules"
  | "tracked-interfaces"
  | "tracked-scripts"
  | "tracked-files"
  | "tracked-processes"
  | "tracked-bfds"
  | "unicast-peers"
  | "instances"
  | "interfaces"
  | "linkbeat-interfaces"
  | "interface-delays"
  | "emails"
  | "server-group";

export type Unit = "s" | "ms" | "µs" | "bytes" | "adverts";

export type ValueKind =
  /** Decimal digits, read to their end. */
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  /** Digits with up to `places` after the point; more are rounded with a complaint. */
  | { readonly kind: "decimal"; readonly min: number; readonly max: number; readonly places: number }
  /** on, off, true, false, yes, no */
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly choices: readonly string[]; readonly ignoresCase?: boolean }
  /** Numeric IPv4 or IPv6; what follows `-` or `/` is not looked at. */
  | { readonly kind: "address" }
  | { readonly kind: "multicast"; readonly family: 4 | 6 }
  /** A name that another place of the file refers to, or refers to this one. */
  | { readonly kind: "name"; readonly of: NameOf }
  | { readonly kind: "interface" }
  /** A command line, read with both kinds of quotes and escapes. */
  | { readonly kind: "script" }
  | { readonly kind: "path" }
  | { readonly kind: "user" }
  | { readonly kind: "text"; readonly maxLength?: number }
  /** Octets as hex digits, blanks between them allowed. */
  | { readonly kind: "hex"; readonly canMask: boolean }
  /** Read by a rule of its own. */
  | { readonly kind: "special" };

export type NameOf =
  | "vrrp_instance"
  | "vrrp_sync_group"
  | "track_group"
  | "vrrp_script"
  | "track_file"
  | "vrrp_track_process"
  | "bfd_instance"
  | "virtual_server_group";

export type Value = ValueKind & {
  /** As a reader knows it: PORT, SECONDS, NAME. */
  readonly label: string;
  readonly unit?: Unit;
};

export interface Keyword {
  readonly name: string;
  readonly block: BlockName;
  /** One line of help. */
  readonly help: string;
  /** What may follow, by position. */
  readonly values: readonly Value[];
  /** What may follow any number of times after `values`. */
  readonly rest: Value | undefined;
  /** How many words must follow; keepalived ends or drops the line where one is missing. */
  readonly required: number;
  /** The table of the keywords inside its braces. */
  readonly opens: BlockName | undefined;
  /** Its braces hold a list of these instead. */
  readonly list: ListKind | undefined;
  /** What keepalived takes when the keyword is absent, as it would be written. */
  readonly default: string | undefined;
  /** First version that knows it; undefined: 2.2.7 and before. */
  readonly since: string | undefined;
  readonly deprecated: Deprecation | undefined;
  /** May stand more than once in its block, each time with an effect. */
  readonly isRepeatable: boolean;
}

export interface Deprecation {
  /** What to write instead. */
  readonly use: string;
  /** keepalived itself complains about it. */
  readonly isReported: boolean;
}

interface Options {
  readonly values?: readonly Value[];
  readonly rest?: Value;
  readonly required?: number;
  readonly opens?: BlockName;
  readonly list?: ListKind;
  readonly default?: string;
  readonly since?: string;
  readonly deprecated?: Deprecation;
  readonly isRepeatable?: boolean;
}

export type KeywordMaker = (name: string, help: string, options?: Options) => Keyword;

/** Makes the keywords of one block. Without `required`, all values must be given, except after `optional`. */
export const keywordsOf =
  (block: BlockName): KeywordMaker =>
  (name, help, options = {}) => ({
    name,
    block,
    help,
    values: options.values ?? [],
    rest: options.rest,
    required: options.required ?? options.values?.length ?? 0,
    opens: options.opens,
    list: options.list,
    default: options.default,
    since: options.since,
    deprecated: options.deprecated,
    isRepeatable: options.isRepeatable ?? (options.opens !== undefined || options.list !== undefined),
  });

export const maxUnsigned = 4294967295;
export const maxInteger = 2147483647;
/** keepalived counts in microseconds in 32 bits. */
export const maxUnsignedSeconds = 4294;

export const integer = (label: string, min: number, max: number = maxUnsigned): Value => ({
  kind: "integer",
  label,
  min,
  max,
});
export const seconds = (min: number, max: number): Value => ({
  kind: "integer",
  label: "SECONDS",
  unit: "s",
  min,
  max,
});
export const port: Value = { kind: "integer", label: "PORT", min: 1, max: 65535 };
/** Seconds with a resolution of microseconds. The largest timer is 2^64 microseconds: no limit to speak of. */
export const timer = (min: number, max: number = 18446744073709): Value => ({
  kind: "decimal",
  label: "TIMER",
  unit: "s",
  min,
  max,
  places: 6,
});
export const milliseconds = (min: number, max: number): Value => ({
  kind: "decimal",
  label: "MILLISECONDS",
  unit: "ms",
  min,
  max,
  places: 3,
});
export const boolean: Value = { kind: "boolean", label: "BOOL" };
export const choice = (label: string, choices: readonly string[]): Value => ({
  kind: "choice",
  label,
  choices,
});
export const choiceIgnoringCase = (label: string, choices: readonly string[]): Value => ({
  kind: "choice",
  label,
  choices,
  ignoresCase: true,
});
export const address = (label = "ADDRESS"): Value => ({ kind: "address", label });
export const name = (of: NameOf): Value => ({ kind: "name", label: "NAME", of });
export const networkInterface: Value = { kind: "interface", label: "INTERFACE" };
export const script: Value = { kind: "script", label: "SCRIPT" };
export const path: Value = { kind: "path", label: "PATH" };
export const user: Value = { kind: "user", label: "USER" };
export const group: Value = { kind: "user", label: "GROUP" };
export const text = (label: string, maxLength?: number): Value =>
  maxLength === undefined ? { kind: "text", label } : { kind: "text", label, maxLength };
export const special = (label: string): Value => ({ kind: "special", label });
export const hex = (canMask: boolean): Value => ({ kind: "hex", label: "HEX", canMask });

/** A flag that may be followed by a boolean. */
export const flag = { values: [boolean], required: 0 } as const;
/** A script with the user and group to run it. */
export const scriptWithUser = { values: [script, user, group], required: 1 } as const;

/** Deprecated, and keepalived says so. */
export const reported = (use: string): Deprecation => ({ use, isReported: true });
/** Deprecated without a word from keepalived. */
export const silent = (use: string): Deprecation => ({ use, isReported: false });
