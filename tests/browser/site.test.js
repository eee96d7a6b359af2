// The pages of a report in a real browser: SITE is the folder of the site, CORRIGENDA the program, SHOTS a folder for screenshots.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { launch, pagesOf, program, url } from "./browser.js";

const site = path.resolve(process.env.SITE ?? "../../reports/site");
const shots = process.env.SHOTS && path.resolve(process.env.SHOTS);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pages = pagesOf(site);
let browser;

before(async () => (browser = await launch()));
after(() => browser?.close());

// A page with what it asked for and what it complained of.
async function open(name, options = {}, folder = site) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const requests = [];
  const complaints = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url(name, folder));
  return { page, context, requests, complaints };
}

// Two pages at a time: there are about a hundred.
async function each(check) {
  const left = [...pages];
  const worker = async () => {
    while (left.length > 0) await check(left.shift());
  };
  await Promise.all([worker(), worker()]);
}

test("no page complains, and no request leaves the site", async () => {
  await each(async (name) => {
    const { context, requests, complaints } = await open(name);
    assert.deepEqual(complaints, [], name);
    const inside = pathToFileURL(site + path.sep).href;
    const left = requests.filter((r) => !r.startsWith(inside) && !r.startsWith("data:"));
    assert.deepEqual(left, [], name);
    await context.close();
  });
});

test("every formula is there, has a size, and is cut by nothing that does not scroll", async () => {
  await each(async (name) => {
    const { page, context } = await open(name);
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
    for (const width of [1280, 700, 360]) {
      await page.setViewportSize({ width, height: 900 });
      const faults = await page.evaluate(() => {
        const faults = [];
        for (const math of document.querySelectorAll("math")) {
          const box = math.getBoundingClientRect();
          const text = math.textContent.trim().slice(0, 40);
          if (!text) continue;
          if (box.width < 1 || box.height < 1) faults.push("no size: " + text);
          for (let node = math.parentElement; node && node !== document.body; node = node.parentElement) {
            const style = getComputedStyle(node);
            const outer = node.getBoundingClientRect();
            const hidesX = style.overflowX === "hidden" && (box.left < outer.left - 1 || box.right > outer.right + 1);
            if (hidesX) faults.push("cut at the side: " + text);
            if (["auto", "scroll"].includes(style.overflowX)) break;
          }
        }
        if (document.documentElement.scrollWidth > innerWidth + 1) faults.push("the page is wider than its window");
        return faults;
      });
      assert.deepEqual(faults, [], `${name} at ${width} px`);
    }
    await context.close();
  });
});

test("every link inside the site has its target", async () => {
  await each(async (name) => {
    const { page, context } = await open(name);
    const links = await page.evaluate(() => [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href")));
    for (const href of new Set(links)) {
      if (/^https?:/.test(href)) continue;
      const target = new URL(href, url(name, site));
      const file = decodeURIComponent(target.pathname);
      assert.ok(fs.existsSync(file), `${name}: ${href}`);
      if (target.hash && file.endsWith(".html")) {
        const id = decodeURIComponent(target.hash.slice(1));
        assert.ok(fs.readFileSync(file, "utf8").includes(`id="${id}"`), `${name}: ${href}`);
      }
    }
    await context.close();
  });
});

test("the overview filters and sorts, by hand and from the keyboard", async () => {
  const { page, context } = await open("index.html");
  const rows = () => page.locator("table[data-filter] tbody tr:visible").count();
  const all = await rows();
  assert.ok(all > 0);
  await page.locator(".filter input").first().fill("no formula is called like this");
  assert.equal(await rows(), 0);
  await page.locator(".filter input").first().fill("");
  assert.equal(await rows(), all);
  const word = await page.locator("table[data-filter] tbody tr").first().getAttribute("data-verdict");
  await page.locator(".filter select").first().selectOption(word);
  const shown = await rows();
  assert.ok(shown > 0 && shown <= all);
  assert.equal(await page.locator(`table[data-filter] tbody tr:visible[data-verdict="${word}"]`).count(), shown);
  const heading = page.locator("table[data-filter] thead th").first();
  await heading.locator("button").focus();
  await page.keyboard.press("Enter");
  assert.equal(await heading.getAttribute("aria-sort"), "ascending");
  await page.keyboard.press("Enter");
  assert.equal(await heading.getAttribute("aria-sort"), "descending");
  await context.close();
});

test("without script everything is still there", async () => {
  const counts = [];
  for (const javaScriptEnabled of [true, false]) {
    const { page, context } = await open("index.html", { javaScriptEnabled });
    counts.push(await page.locator("tbody tr").count());
    await context.close();
  }
  assert.equal(counts[0], counts[1]);
});

test("axe finds no serious fault, light or dark", async () => {
  await each(async (name) => {
    const { page, context } = await open(name, { bypassCSP: true });
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
    await page.evaluate(axe);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      // Only the colours differ in the dark.
      const rules = colorScheme === "dark" ? { runOnly: ["color-contrast"] } : {};
      const result = await page.evaluate((rules) => axe.run({ resultTypes: ["violations"], ...rules }), rules);
      const serious = result.violations.filter((v) => ["serious", "critical"].includes(v.impact));
      const told = serious.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(" | ")}`);
      assert.deepEqual(told, [], `${name}, ${colorScheme}`);
    }
    await context.close();
  });
});

test("a thousand claims: under 5 MB, painted within a second", { skip: !program }, async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corrigenda-"));
  const claims = Array.from({ length: 1000 }, (_, k) => `$$ (x + ${k})^2 = x^2 + ${2 * k} x + ${k * k} $$\n\n<!-- claim: square-${k} -->\n`);
  fs.writeFileSync(path.join(folder, "note.md"), `+++\n[symbols]\n'x' = 'real'\n+++\n\n${claims.join("\n")}`);
  execFileSync(program, ["check", "note.md", "--profile", "quick", "--out", "r", "-q"], { cwd: folder, stdio: "ignore" });
  const built = path.join(folder, "r/site");
  assert.ok(fs.statSync(path.join(built, "index.html")).size < 5e6);
  const { page, context } = await open("index.html", {}, built);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  assert.ok(paint < 1000, `${paint} ms`);
  assert.equal(await page.locator("table[data-filter] tbody tr").count(), 1000);
  await context.close();
  fs.rmSync(folder, { recursive: true });
});

test("screenshots in light, dark and print", { skip: !shots }, async () => {
  fs.mkdirSync(shots, { recursive: true });
  for (const name of pages) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, context } = await open(name, { colorScheme });
      await page.screenshot({ path: path.join(shots, name.replace(".html", `-${colorScheme}.png`)), fullPage: true });
      if (colorScheme === "light") await page.pdf({ path: path.join(shots, name.replace(".html", ".pdf")) });
      await context.close();
    }
  }
});
