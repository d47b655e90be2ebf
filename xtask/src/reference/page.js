"use strict";

// Finds functions, types and constants while words are typed. Without it the page has no search, and all else.

const byId = (id) => document.getElementById(id);
const NARROW = matchMedia("(max-width: 52rem)");

const entries = [...document.querySelectorAll(".entry")].map((entry) => ({
  id: entry.id,
  name: entry.id.toLowerCase(),
  text: entry.textContent.toLowerCase(),
  summary: entry.dataset.summary,
}));

// Names before texts, and the whole name before its beginning: 0 is best, infinity is none.
function rank(entry, words) {
  if (!words.every((word) => entry.name.includes(word) || entry.text.includes(word))) return Infinity;
  const word = words.join("_");
  if (entry.name === word || entry.name === `filestack_${word}`) return 0;
  if (entry.name.startsWith(word) || entry.name.startsWith(`filestack_${word}`)) return 1;
  return words.every((word) => entry.name.includes(word)) ? 2 : 3;
}

function found(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = entries.map((entry) => ({ entry, rank: rank(entry, words) }));
  const kept = ranked.filter(({ rank }) => rank !== Infinity);
  return kept.sort((left, right) => left.rank - right.rank).map(({ entry }) => entry);
}

function item({ id, summary }) {
  const link = document.createElement("a");
  const [name, text] = [document.createElement("b"), document.createElement("span")];
  link.href = `#${id}`;
  // Long names break behind an underscore.
  name.append(...id.split(/(?<=_)/).flatMap((part) => [part, document.createElement("wbr")]));
  text.textContent = summary;
  link.append(name, text);
  const made = document.createElement("li");
  made.append(link);
  return made;
}

function show() {
  const query = byId("query").value.trim();
  const matches = query ? found(query) : [];
  byId("results").replaceChildren(...matches.map(item));
  byId("sections").hidden = query !== "" && !NARROW.matches;
  byId("count").textContent = query ? `${matches.length || "Nothing"} found` : "";
}

function clear() {
  byId("query").value = "";
  show();
}

// Up and down go through the field and the results.
function step(event) {
  const links = [byId("query"), ...byId("results").querySelectorAll("a")];
  const place = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  if (links[place]) {
    event.preventDefault();
    links[place].focus();
  }
}

byId("search").addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event);
  if (event.key === "Enter" && event.target === byId("query")) byId("results").querySelector("a")?.click();
});

// On a narrow screen the results cover what they lead to.
byId("results").addEventListener("click", () => {
  if (NARROW.matches) clear();
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input") || event.ctrlKey || event.metaKey || event.altKey;
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    byId("query").focus();
    byId("query").select();
  }
  if (event.key === "Escape" && byId("query").value) {
    clear();
    byId("query").focus();
  }
});

// Marks the section that is being read.
const links = new Map([...document.querySelectorAll("#sections a")].map((link) => [link.hash.slice(1), link]));
const watcher = new IntersectionObserver(
  (changes) => {
    for (const { isIntersecting, target } of changes) {
      if (!isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(target.id)?.setAttribute("aria-current", "true");
    }
  },
  { rootMargin: "-20% 0px -79% 0px" },
);
document.querySelectorAll("main > section").forEach((section) => watcher.observe(section));

byId("query").addEventListener("input", show);
byId("search").hidden = false;
show();
