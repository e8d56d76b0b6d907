import { labPackages } from "../lab/machine/requirements.ts";

/**
 * Debian packages beside the lab's: the browser of the journeys with fonts for both languages, and, with the word "tests", a VRRP that is
 * not keepalived's. Printed as JSON.
 */
const browser = ["chromium", "fonts-dejavu-core", "fonts-wqy-zenhei"];
const strangers = process.argv.includes("tests") ? ["frr"] : [];
process.stdout.write(JSON.stringify([...labPackages(), ...browser, ...strangers]));
