// While `corrigenda watch` serves the site: follows the note that is being edited. Not part of a report.
"use strict";
const here = () => location.pathname.split("/").pop() || "index.html";
async function follow(version) {
  try {
    const answer = await fetch("live?since=" + version, { cache: "no-store" });
    const news = await answer.json();
    if (news.version !== version) {
      if (news.page && news.page !== here()) location.assign(news.page);
      else location.reload();
      return;
    }
  } catch {
    // the server is gone or busy: ask again
    await new Promise((done) => setTimeout(done, 1000));
  }
  follow(version);
}
follow(Number(document.currentScript.dataset.version));
