// A trial of a proposed rulebook goes on by itself while its page is open, and says how far it is.
// Without this script the button of the page does the same, a part at a time.

const form = document.querySelector("[data-go-on]");

/** Ask for the next part; gives { done, total, finished }. */
async function part() {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function goOn() {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    for (;;) {
      const { done, total, finished } = await part();
      const bar = form.querySelector("progress");
      bar.max = Math.max(total, 1);
      bar.value = done;
      form.querySelector("[data-done]").textContent = done;
      form.querySelector("[data-total]").textContent = total;
      if (finished) break;
    }
    location.reload();
  } catch {
    form.querySelector("[data-trouble]").hidden = false;
    button.disabled = false;
  }
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    goOn();
  });
  goOn();
}
