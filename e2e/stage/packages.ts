import { labPackages } from "../lab/machine/requirements.ts";

/** Debian packages beside the lab's: the browser of the journeys with fonts for both languages. Printed as JSON. */
const browser = ["chromium", "fonts-dejavu-core", "fonts-wqy-zenhei"];
process.stdout.write(JSON.stringify([...labPackages(), ...browser]));
