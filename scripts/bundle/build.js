// Puts what comes from npm under static/dist: the editor's parts as one module, and the fonts with their style sheet.
// Our own modules and style sheets are served as they are written; nothing here touches them.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const dist = join(root, "static", "dist");

// Which scripts of each font we serve; a browser fetches only those a page has letters of.
const FONTS = {
  "source-serif-4": { sheets: ["wght.css", "wght-italic.css"], subsets: ["latin", "latin-ext"] },
  "public-sans": { sheets: ["wght.css", "wght-italic.css"], subsets: ["latin", "latin-ext"] },
  vazirmatn: { sheets: ["wght.css"], subsets: ["arabic"] },
};

function fontFaces(font, { sheets, subsets }) {
  const from = join(root, "node_modules", "@fontsource-variable", font);
  const faces = [];
  for (const sheet of sheets) {
    for (const [face, file] of readFileSync(join(from, sheet), "utf8").matchAll(
      /@font-face\s*{[^}]*?url\(\.\/files\/([\w.-]+)\)[^}]*}/g,
    )) {
      if (subsets.some((subset) => file.startsWith(`${font}-${subset}-wght-`))) {
        copyFileSync(join(from, "files", file), join(dist, "fonts", file));
        faces.push(
          face.replace(`./files/${file}`, `./${file}`).replace("woff2-variations", "woff2"),
        );
      }
    }
  }
  if (faces.length !== sheets.length * subsets.length) {
    throw new Error(
      `${font}: expected ${sheets.length * subsets.length} faces, found ${faces.length}`,
    );
  }
  return faces;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "fonts"), { recursive: true });
const faces = Object.entries(FONTS).flatMap(([font, wanted]) => fontFaces(font, wanted));
writeFileSync(join(dist, "fonts", "fonts.css"), `${faces.join("\n")}\n`);
await build({
  entryPoints: [join(root, "scripts", "bundle", "editor.js")],
  outfile: join(dist, "editor.js"),
  bundle: true,
  format: "esm",
  legalComments: "none",
  minify: true,
  target: "es2020",
});
