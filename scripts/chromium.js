// Unpacks the Chromium that comes with the npm packages into the folder given, and prints where it is.
import { mkdirSync } from "node:fs";
import process from "node:process";

const [folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
process.env.TMPDIR = folder;
process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs22.x"; // makes it bring its own libraries along
const { default: chromium } = await import("@sparticuz/chromium");
process.stdout.write(await chromium.executablePath());
