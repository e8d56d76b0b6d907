import { DestinationPacker, packedCapacity } from "@lvs/core/ipvs/pack-destinations";
import { fingerprintWords, isSameFingerprint, writeFingerprint } from "./fingerprint.ts";

/** Digests answers one after another in memory of its own: nothing is made for each. */
export class Digester {
  /** Of the answer digested last. */
  readonly fingerprint = new Int32Array(fingerprintWords);
  readonly #packer = new DestinationPacker();
  #words = new Int32Array(0);

  /**
   * The answer's real servers as core packs them, valid until the next call; undefined when the answer is the one whose fingerprint is
   * number `index` of `known`.
   */
  digest(answer: Uint8Array, known: Int32Array, index: number): Int32Array | undefined {
    writeFingerprint(answer, this.fingerprint, 0);
    if (isSameFingerprint(this.fingerprint, 0, known, index * fingerprintWords)) return undefined;
    const capacity = packedCapacity(answer.length);
    if (this.#words.length < capacity) this.#words = new Int32Array(capacity * 2);
    return this.#words.subarray(0, this.#packer.pack(answer, this.#words, 0));
  }
}
