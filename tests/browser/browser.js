// Debian's Chromium, quiet, and the addresses of pages.
import { chromium } from "playwright-core";
import { pathToFileURL } from "node:url";
import fs from "node:fs";
import path from "node:path";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const launch = () => chromium.launch({ executablePath: places.find(fs.existsSync), chromiumSandbox: false, args: quiet });
export const program = process.env.CORRIGENDA && path.resolve(process.env.CORRIGENDA);
export const url = (name, folder) => pathToFileURL(path.join(folder, name)).href;
export const pagesOf = (folder) => fs.readdirSync(folder).filter((name) => name.endsWith(".html"));
