// The page of a batch, or of a proof, in work fetches itself every few seconds and shows how far it is.
// Without this script the link of the page does the same.

const PAUSE = 3000;

/** Fetch the page; put its progress in place, or open it anew when there is more to see than progress. */
async function look() {
  const here = document.querySelector("[data-progress]");
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector("[data-progress]");
  if (!now) return;
  const more = page.querySelectorAll("table, h2").length !== document.querySelectorAll("table, h2").length;
  if (now.dataset.progress !== here.dataset.progress || more) {
    location.reload();
    return;
  }
  here.replaceWith(document.importNode(now, true));
}

setInterval(() => {
  if (!document.hidden) look().catch(() => {});
}, PAUSE);
