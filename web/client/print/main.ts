/** A page to be printed: its button opens the browser's own dialog. Without this script the page says how to. */

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    window.print();
  });
}
for (const how of document.querySelectorAll<HTMLElement>("[data-print-how]")) how.hidden = true;
