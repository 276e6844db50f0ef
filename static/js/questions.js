// The questions of one screen: a question opens and shuts in place as its condition becomes true or not.
// Without this script the server does the same when the screen is saved.

const form = document.querySelector("[data-questions]");

/** The answer of a question as it stands on the page; null when there is none. */
function answerOf(block) {
  const ticked = [...block.querySelectorAll("input:checked")].filter((input) => input.name === block.dataset.question);
  switch (block.dataset.type) {
    case "yes_no":
    case "choice":
      return ticked.length && ticked[0].value !== "not_observed" ? ticked[0].value : null;
    case "choices":
      return ticked.length ? ticked.map((input) => input.value) : null;
    default: {
      const typed = [...block.querySelectorAll("input[type=text], textarea")].map((box) => box.value.trim());
      return typed.length && typed.every((text) => text !== "") ? typed.join("-") : null;
    }
  }
}

const NUMBER = {
  at_least: (value, limit) => value >= limit,
  at_most: (value, limit) => value <= limit,
  more_than: (value, limit) => value > limit,
  less_than: (value, limit) => value < limit,
};

/** Whether a condition of the rulebook holds: true, false, or null when it is not known. */
function holds(tree, answers) {
  if ("settled" in tree) return tree.settled;
  if (tree.all || tree.any) {
    const ends = Boolean(tree.any);
    let result = !ends;
    for (const part of tree.all ?? tree.any) {
      const outcome = holds(part, answers);
      if (outcome === ends) return ends;
      if (outcome === null) result = null;
    }
    return result;
  }
  if (tree.not) {
    const outcome = holds(tree.not, answers);
    return outcome === null ? null : !outcome;
  }
  const given = answers["answer" in tree ? "answer" : "fact"][tree.answer ?? tree.fact] ?? null;
  if ("known" in tree) return (given !== null) === tree.known;
  if (given === null || given === "not_observed") return null;
  const values = Array.isArray(given) ? given : [String(given)];
  if ("is" in tree) return values.includes(String(tree.is));
  if ("in" in tree) return tree.in.some((code) => values.includes(String(code)));
  if (given === "not_applicable") return false;
  if ("has_all" in tree) return tree.has_all.every((code) => values.includes(code));
  if ("has_none" in tree) return !tree.has_none.some((code) => values.includes(code));
  if ("decimals_at_least" in tree) return (values[0].split(".")[1] ?? "").length >= tree.decimals_at_least;
  for (const [test, compare] of Object.entries(NUMBER)) {
    if (test in tree) return Number.isFinite(Number(given)) ? compare(Number(given), Number(tree[test])) : null;
  }
  return null;
}

/** Open what is asked now and shut what is not; one question may open another. */
function settle(blocks, known, here) {
  for (let round = 0; round <= blocks.length; round += 1) {
    const answers = { answer: { ...known.answer }, fact: { ...known.fact } };
    for (const block of blocks) {
      if (!block.hidden) answers[here][block.dataset.question] = answerOf(block);
    }
    let changed = false;
    for (const block of blocks) {
      if (!block.dataset.askWhen) continue;
      const hidden = holds(JSON.parse(block.dataset.askWhen), answers) !== true;
      changed ||= hidden !== block.hidden;
      block.hidden = hidden;
    }
    if (!changed) return;
  }
}

/** A tick that stands alone clears the others, and they clear it. */
function standAlone(input) {
  if (input.type !== "checkbox" || !input.checked) return;
  for (const other of form.querySelectorAll(`input[name="${CSS.escape(input.name)}"]`)) {
    if (other !== input && ("alone" in input.dataset || "alone" in other.dataset)) other.checked = false;
  }
}

/** One press fills in how things go by the book, in the open: each answer can be seen and changed. */
function byTheBook(button) {
  for (const block of form.querySelectorAll("[data-sound]")) {
    if (block.hidden || answerOf(block) !== null || block.querySelector("input:checked")) continue;
    const input = block.querySelector(`input[value="${CSS.escape(block.dataset.sound)}"]`);
    if (input) input.checked = true;
  }
  button.setAttribute("aria-pressed", "true");
}

if (form) {
  const blocks = [...form.querySelectorAll("[data-question]")];
  const known = JSON.parse(form.dataset.known || '{"answer": {}, "fact": {}}');
  const here = form.dataset.questions;
  form.querySelector("[data-in-place]").value = "yes";
  form.addEventListener("change", (event) => {
    standAlone(event.target);
    settle(blocks, known, here);
  });
  form.addEventListener("input", () => settle(blocks, known, here));
  for (const button of form.querySelectorAll("[data-by-the-book]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      byTheBook(button);
      settle(blocks, known, here);
    });
  }
  settle(blocks, known, here);
}
