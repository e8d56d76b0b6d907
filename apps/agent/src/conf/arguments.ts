import { parseArgs } from "node:util";

/** What the command line asks for. */
export type Request =
  | {
      readonly verb: "lint";
      readonly isJson: boolean;
      readonly isNewer: boolean;
      readonly host: string | undefined;
      readonly files: readonly string[];
    }
  | {
      readonly verb: "pair";
      readonly isJson: boolean;
      readonly host: string | undefined;
      readonly files: readonly [string, string];
      readonly intended: readonly string[];
    }
  | { readonly verb: "print" | "table"; readonly host: string | undefined; readonly file: string }
  | { readonly verb: "help"; readonly fault: string | undefined };

export const usage = `conf lint  [--json] [--as HOST] [--newer] FILE…   every mistake, with its place
conf pair  [--json] [--as HOST] [--intended KEY]… A B   what two directors should share and do not
conf print FILE                                   the file as printed from its tree
conf table [--as HOST] FILE                       the IPVS table it asks for, as ipvsadm -Sn prints it

--as HOST      read lines marked @HOST as the director HOST does (default: this machine's name)
--newer        keepalived is newer than 2.2.7
--intended K   a difference that is meant: KEY, or INSTANCE.KEY
--json         one array of {file, line, column, severity, code, message}

exit 0: nothing above a warning; 1: errors found; 2: a file could not be read
`;

const options = {
  json: { type: "boolean", default: false },
  newer: { type: "boolean", default: false },
  as: { type: "string" },
  intended: { type: "string", multiple: true },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Never fails: what cannot be understood is help with its fault. */
export const readArguments = (argv: readonly string[]): Request => {
  const parsed = tryParse(argv);
  if (typeof parsed === "string") return { verb: "help", fault: parsed };
  const { values, positionals } = parsed;
  const [verb, ...files] = positionals;
  const [first, second, third] = files;
  const host = values.as;
  if (values.help) return { verb: "help", fault: undefined };
  if (verb === "lint" && first !== undefined) {
    return { verb, isJson: values.json, isNewer: values.newer, host, files };
  }
  if (verb === "pair" && first !== undefined && second !== undefined && third === undefined) {
    return { verb, isJson: values.json, host, files: [first, second], intended: values.intended ?? [] };
  }
  if ((verb === "print" || verb === "table") && first !== undefined && second === undefined)
    return { verb, host, file: first };
  return { verb: "help", fault: faultOf(verb) };
};

const faultOf = (verb: string | undefined): string => {
  if (verb === undefined) return "no verb given";
  return verb in wanted ? `${verb} wants ${wanted[verb] ?? ""}` : `${verb}: no such verb`;
};

const wanted: Readonly<Record<string, string>> = {
  lint: "files",
  pair: "two files",
  print: "one file",
  table: "one file",
};

const tryParse = (argv: readonly string[]) => {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
