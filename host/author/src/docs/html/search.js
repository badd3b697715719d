// Hides the entries in which a word of the search box is missing.
const box = document.getElementById("search");
const count = document.getElementById("count");
const entries = [...document.querySelectorAll("[data-entry]")];
const words = new Map(entries.map((it) => [it, (it.id + " " + it.textContent).toLowerCase()]));
const search = () => {
  const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const it of entries) it.hidden = !wanted.every((word) => words.get(it).includes(word));
  for (const it of document.querySelectorAll("main > section"))
    it.hidden = !it.querySelector("[data-entry]:not([hidden])");
  const shown = entries.filter((it) => !it.hidden).length;
  count.textContent = wanted.length ? shown + " found" : "";
};
box.addEventListener("input", search);
// A link leads also to what the search hides.
addEventListener("click", (it) => {
  if (!box.value || !it.target.closest('a[href^="#"]')) return;
  box.value = "";
  search();
});
addEventListener("keydown", (it) => {
  if (it.key !== "/" || document.activeElement === box) return;
  it.preventDefault();
  box.focus();
});
