// A note is hostile input: nothing in it runs, and nothing in it calls out.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { launch, pagesOf, program, url } from "./browser.js";

// Ways into a page that filters are known to miss, by the classes of the OWASP filter evasion list: markup, attributes, schemes,
// SVG, MathML, CSS, templates, comments, encodings, mutation, clobbering.
const payloads = String.raw`
<script>pwned(1)</script>
<ScRiPt/x>pwned(2)</sCrIpT >
<<script>pwned(3)//<</script>
<img src=x onerror=pwned(4)>
<img src='x'onerror=pwned(5)>
<img """><script>pwned(6)</script>">
<svg onload=pwned(7)>
<svg><script>pwned(8)</script></svg>
<svg><animate onbegin=pwned(9) attributeName=x dur=1s>
<svg><a xlink:href="javascript:pwned(10)"><text y=20>x</text></a></svg>
<math><maction actiontype="statusline#x" xlink:href="javascript:pwned(11)">x</maction></math>
<math><mtext><table><mglyph><style><!--</style><img title="--><img src=1 onerror=pwned(12)>">
<iframe src=javascript:pwned(13)></iframe>
<iframe srcdoc='<script>parent.pwned(14)</script>'></iframe>
<object data=javascript:pwned(15)></object>
<embed src=data:text/html;base64,PHNjcmlwdD5wd25lZCgxNik8L3NjcmlwdD4=>
<a href=javascript:pwned(17) id=bait>x</a>
[x](javascript:pwned(18))
[x](JaVaScRiPt&colon;pwned(19))
[x](data:text/html,<script>pwned(20)</script>)
![x](x"onerror="pwned(21))
![x](javascript:pwned(22))
[x][y]
<javascript:pwned(24)>
<body onload=pwned(25)>
<details open ontoggle=pwned(26)>
<video><source onerror=pwned(27)></video>
<input autofocus onfocus=pwned(28)>
<marquee onstart=pwned(29)>
<meta http-equiv=refresh content='0;url=javascript:pwned(30)'>
<base href=javascript:pwned(31)//>
<link rel=stylesheet href=https://evil.example/x.css>
<style>@import 'https://evil.example/y.css';</style>
<div style="background:url(https://evil.example/z.png)">x</div>
<img src=https://evil.example/pixel.png>
![](https://evil.example/pixel2.png)
<form action=https://evil.example><button id=bait2>x</button></form>
<noscript><p title="</noscript><img src=x onerror=pwned(32)>">
<template><script>pwned(33)</script></template>
<!--><script>pwned(34)</script>-->
<![CDATA[<script>pwned(35)</script>]]>
<textarea></textarea><script>pwned(36)</script>
$x</annotation><script>pwned(38)</script>$
$\text{<img src=x onerror=pwned(39)>}$
$\href{javascript:pwned(40)}{x}$
$\class{x" onmouseover="pwned(41)}{x}$
$\style{background:url(https://evil.example/t.png)}{x}$
\u003cscript\u003epwned(42)\u003c/script\u003e
&lt;script&gt;pwned(43)&lt;/script&gt;
<x onclick=pwned(44) id=content>x</x>
<a name=getElementById>x</a><a id=currentScript>x</a>
`.trim().split("\n");

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

test("nothing in a note runs, and nothing in it calls out", { skip: !program }, async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corrigenda-"));
  const word = (text) => text.replace(/[{}$\\%#]/g, "");
  const blocks = payloads.map((text, k) => `${text}\n\n$$ x + ${k} \\text{${word(text)}} = x $$\n\n<!-- claim: c-${k} -->\n`);
  const head = `+++\ntitle = '<img src=x onerror=pwned(46)>'\n[symbols]\n'x' = 'real'\n+++\n\n# ${payloads[0]}\n\n$$ x = x $$\n\n<!-- claim: fine -->\n\n`;
  fs.writeFileSync(path.join(folder, "<img src=x onerror=pwned(45)>.md"), `${head}${blocks.join("\n")}\n[y]: javascript:pwned(23)\n`);
  try {
    execFileSync(program, ["check", ".", "--profile", "quick", "--out", "r", "-q"], { cwd: folder, stdio: "ignore" });
  } catch {
    // The claims are nonsense; what counts is what the pages do.
  }
  const built = path.join(folder, "r/site");
  const names = pagesOf(built);
  assert.ok(names.length >= 3, names.join());
  for (const name of names) {
    // Without the policy of the page: what it forbids must not be there in the first place.
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    const called = [];
    await context.exposeFunction("pwned", (k) => called.push(k));
    page.on("dialog", (dialog) => (called.push("dialog"), dialog.dismiss()));
    page.on("request", (request) => /^(https?|javascript):/.test(request.url()) && called.push(request.url()));
    await page.goto(url(name, built));
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
    const faults = await page.evaluate(() => {
      const faults = [];
      const acting = ["href", "src", "xlink:href", "action", "data", "srcdoc", "formaction"];
      for (const node of document.querySelectorAll("*")) {
        for (const { name, value } of node.attributes) {
          if (/^on/i.test(name)) faults.push(`${node.nodeName} ${name}`);
          if (acting.includes(name) && /^\s*(javascript|data|vbscript):/i.test(value)) faults.push(value);
          if (name === "style" && /url/i.test(value)) faults.push(value);
        }
        if (["IFRAME", "OBJECT", "EMBED", "FORM", "BASE", "TEMPLATE"].includes(node.nodeName)) faults.push(node.nodeName);
      }
      return faults;
    });
    for (const link of await page.locator("main a").all()) await link.dispatchEvent("mouseover");
    await page.waitForTimeout(100);
    assert.deepEqual({ called, faults }, { called: [], faults: [] }, name);
    await context.close();
  }
  const written = fs.readdirSync(folder).filter((name) => name !== "r" && !name.endsWith(".md"));
  assert.deepEqual(written, []);
  fs.rmSync(folder, { recursive: true });
});
