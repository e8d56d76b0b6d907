import type { VrrpState } from "@lvs/core/director/state";

/** One line of keepalived's notify FIFO, VRRP part (vrrp_notify.c notify_fifo). */
export type VrrpNotice =
  | {
      readonly kind: "state";
      readonly instance: string;
      readonly state: VrrpState;
      readonly priority: number;
    }
  /** The effective priority moved without a change of state, or a MASTER heard a lower one. */
  | { readonly kind: "priority"; readonly instance: string; readonly priority: number }
  | { readonly kind: "deleted"; readonly instance: string }
  | { readonly kind: "group"; readonly group: string; readonly state: string };

const line = /^(?<type>INSTANCE|GROUP) "(?<name>.*)" (?<state>[A-Z_]+) (?<priority>\d+)$/u;

/** Undefined: not a VRRP line (the FIFO for all carries the checkers' lines too). */
export function parseVrrpNotice(text: string): VrrpNotice | undefined {
  const found = line.exec(text.trim())?.groups;
  const { type, name, state, priority } = found ?? {};
  if (name === undefined || state === undefined) return undefined;
  if (type === "GROUP") return { kind: "group", group: name, state };
  switch (state) {
    case "MASTER":
    case "BACKUP":
    case "FAULT":
    case "STOP":
      return { kind: "state", instance: name, state, priority: Number(priority) };
    case "DELETED":
      return { kind: "deleted", instance: name };
    case "MASTER_PRIORITY":
    case "BACKUP_PRIORITY":
    case "MASTER_RX_LOWER_PRI":
      return { kind: "priority", instance: name, priority: Number(priority) };
    default:
      return undefined;
  }
}
