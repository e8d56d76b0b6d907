import { randomBytes } from "node:crypto";
import type { ConfigCheck, Refusal, StageResult } from "@lvs/core/director/commands";
import { applyEdits } from "@lvs/core/keepalived/apply-edits";
import { diffLines } from "@lvs/core/keepalived/diff-lines";
import { printDiagnostic, type Parsed } from "@lvs/core/keepalived/diagnostic";
import { redactConfig, restoreSecrets } from "@lvs/core/keepalived/redact";
import type { Engine } from "../engine/engine.ts";
import type { System } from "../system/system.ts";
import type { FileOnDisk } from "./config-file.ts";
import type { Stage } from "./contract.ts";
import { judge } from "./judgement.ts";
import { fileChanged, refuse } from "./refuse.ts";
import { readConfigId, understand, type Understood } from "./understand.ts";
import { sha256Of, type ConfigVersions } from "./versions.ts";

/** A new text that was accepted and waits for its commit. Held in memory alone: it carries the secrets. */
export interface StagedText {
  readonly baseSha256: string;
  readonly sha256: string;
  readonly bytes: Uint8Array;
  readonly understood: Understood;
  readonly check: ConfigCheck;
}

const stagesKept = 20;

export class Staging {
  readonly #parts: { readonly system: System; readonly engine: Engine; readonly versions: ConfigVersions };
  readonly #stages = new Map<string, StagedText>();

  constructor(parts: {
    readonly system: System;
    readonly engine: Engine;
    readonly versions: ConfigVersions;
  }) {
    this.#parts = parts;
  }

  find(stageId: string): StagedText | undefined {
    return this.#stages.get(stageId);
  }

  forget(stageId: string): void {
    this.#stages.delete(stageId);
  }

  async stage(file: FileOnDisk, input: Stage): Promise<StageResult> {
    if (file.sha256 !== input.baseSha256) return fileChanged(input.baseSha256, file.sha256);
    const made = await this.#make(file, input.change);
    if (made.kind === "refused") return made.refusal;
    const { system, engine } = this.#parts;
    const current = { bytes: file.bytes, understood: await understand(system, file) };
    const understood = await understand(system, { path: file.path, bytes: made.bytes });
    const judgement = await judge(engine, current, { bytes: made.bytes, understood });
    if (!judgement.isAccepted) return judgement.refusal;
    const staged: StagedText = {
      baseSha256: file.sha256,
      sha256: sha256Of(made.bytes),
      bytes: made.bytes,
      understood,
      check: judgement.check,
    };
    return this.#keep(staged, file);
  }

  #keep(staged: StagedText, file: FileOnDisk): StageResult {
    const stageId = randomBytes(12).toString("hex");
    this.#stages.set(stageId, staged);
    for (const old of [...this.#stages.keys()].slice(0, -stagesKept)) this.#stages.delete(old);
    const { baseSha256, sha256, check } = staged;
    const diff = diffLines(redactConfig(file.bytes), redactConfig(staged.bytes), { context: 3 });
    return { outcome: "staged", stageId, baseSha256, sha256, diff: [...diff], check };
  }

  async #make(file: FileOnDisk, change: Stage["change"]): Promise<Made> {
    switch (change.kind) {
      case "edits":
        return fromParsed(
          applyEdits(file.bytes, change.edits, {
            path: file.path,
            configId: await readConfigId(this.#parts.system),
          }),
        );
      case "text":
        return fromParsed(restoreSecrets(change.text, file.bytes));
      case "version": {
        const bytes = await this.#parts.versions.read(change.sha256);
        return bytes === undefined
          ? {
              kind: "refused",
              refusal: refuse("versionUnknown", "this version is not in the director's history"),
            }
          : { kind: "made", bytes };
      }
    }
  }
}

type Made =
  | { readonly kind: "made"; readonly bytes: Uint8Array }
  | { readonly kind: "refused"; readonly refusal: Refusal };

function fromParsed(parsed: Parsed<Uint8Array>): Made {
  const errors = parsed.diagnostics.filter((each) => each.severity === "error");
  if (errors.length === 0) return { kind: "made", bytes: parsed.value };
  const details = errors.map((each) => printDiagnostic(each));
  return {
    kind: "refused",
    refusal: refuse(
      "editRejected",
      "the change does not fit the file as it is. Nothing was changed.",
      details,
    ),
  };
}
