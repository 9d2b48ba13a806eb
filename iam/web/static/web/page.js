// SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
// SPDX-License-Identifier: AGPL-3.0-or-later
// Enhancements only: without this file every task is still possible.

// After a refused form the list of errors gets the focus, so that a screen reader starts there.
document.querySelector("[data-error-summary]")?.focus();

// A long operation must not be sent twice by an impatient second click.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.defaultPrevented) return;
  window.setTimeout(() => {
    button.setAttribute("aria-disabled", "true");
    button.classList.add("iam-sending");
  });
  event.target.addEventListener("submit", (again) => again.preventDefault());
});

// Coming back with the browser's button shows the form ready again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll(".iam-sending")) {
    button.classList.remove("iam-sending");
    button.removeAttribute("aria-disabled");
  }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
