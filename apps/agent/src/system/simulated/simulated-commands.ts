import type { CommandOptions, CommandResult, Commands } from "../commands.ts";
import { SystemError } from "../system-error.ts";

export interface RanCommand {
  readonly argv: readonly string[];
  readonly options: CommandOptions;
}

/** What a simulated program does; missing parts are an exit code of 0 and empty outputs. A thrown SystemError is the door's. */
export type Program = (
  argv: readonly string[],
  options: CommandOptions,
) => Partial<CommandResult> | Promise<Partial<CommandResult>>;

/** A program that goes on, in a test's hand. */
export interface FollowedCommand {
  readonly argv: readonly string[];
  print(line: string): void;
  /** It ends by itself. */
  end(reason: string): void;
}

/** Programs that a test wrote. */
export interface SimulatedCommands extends Commands {
  /** Installs a program under its name (argv[0]); a later one replaces it. */
  install(name: string, program: Program): void;
  /** Everything that was run, oldest first. */
  readonly ran: readonly RanCommand[];
  /** Every program that was started to go on, oldest first. */
  readonly followed: readonly FollowedCommand[];
}

/** A machine without any program; running one that is not installed is `not-found`. */
export const simulatedCommands = (): SimulatedCommands => {
  const programs = new Map<string, Program>();
  const ran: RanCommand[] = [];
  const followed: FollowedCommand[] = [];
  return {
    ran,
    followed,
    follow: (argv, listen) => {
      let isOpen = true;
      followed.push({
        argv,
        print: (text) => {
          if (isOpen) listen({ kind: "line", text });
        },
        end: (reason) => {
          isOpen = false;
          const subject = argv.join(" ");
          listen({
            kind: "ended",
            error: new SystemError({ door: "commands", code: "closed", subject, reason, argv }),
          });
        },
      });
      return { close: () => void (isOpen = false) };
    },
    install: (name, program) => void programs.set(name, program),
    run: async (argv, options) => {
      ran.push({ argv, options });
      const program = programs.get(argv[0] ?? "");
      if (program === undefined) {
        const subject = argv.join(" ");
        const reason = "could not run (ENOENT)";
        throw new SystemError({
          door: "commands",
          code: "not-found",
          subject,
          reason,
          errno: "ENOENT",
          argv,
        });
      }
      const result = await program(argv, options);
      return { exitCode: 0, signal: undefined, stdout: "", stderr: "", tookMs: 0, ...result };
    },
  };
};
