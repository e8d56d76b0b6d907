/** Something that goes on until it is closed. Closing twice is allowed; nothing is delivered after the first. */
export interface Subscription {
  close(): void;
}
