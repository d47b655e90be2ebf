"use strict";

// Everything that comes from outside - file names above all - enters the page as text, never as markup.

const FILES_EVERY = 3000;
const REQUESTS_EVERY = 1500;
const SOON = 300;
const SHOWN_REQUESTS = 100;
const SHOWN_TEXT = 200_000;

const byId = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  return `${(bytes / 1000 ** power).toPrecision(3)} ${units[power - 1]}`;
}

function moment(milliseconds) {
  const when = new Date(milliseconds);
  const isToday = when.toDateString() === new Date().toDateString();
  const text = isToday ? when.toLocaleTimeString() : when.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  return element("time", { datetime: when.toISOString(), title: when.toLocaleString() }, text);
}

function link(text, href, description) {
  return element("a", { href, target: "_blank", rel: "noopener noreferrer", "aria-label": description }, text);
}

// Repeats a task that tells after how many milliseconds it wants to be called again.
function repeat(task) {
  const next = async () => {
    let pause = FILES_EVERY;
    try {
      pause = document.hidden ? REQUESTS_EVERY : await task();
      connection(true);
    } catch {
      connection(false);
    }
    setTimeout(next, pause);
  };
  return next();
}

function connection(isGood) {
  const text = isGood ? "connected" : "not reachable";
  const badge = byId("connection");
  badge.classList.toggle("bad", !isGood);
  if (badge.textContent !== text) badge.textContent = text;
}

async function ask(path) {
  const reply = await fetch(path, { cache: "no-store" });
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return reply;
}

// Files

let files = [];
let filesText = "";
let filesPause = SOON;
let hasControl = false;

async function refreshFiles() {
  const text = await (await ask("/local/files")).text();
  if (text !== filesText) {
    filesText = text;
    const state = JSON.parse(text);
    files = state.files;
    hasControl = state.control;
    byId("about").textContent = `${state.version} at ${location.host}`;
    const shown = files.length < state.total ? `the latest ${files.length} of ${state.total}` : `${state.total}`;
    byId("files-count").textContent = files.length ? shown : "";
    byId("files-empty").hidden = files.length > 0;
    byId("files-table").hidden = files.length === 0;
    const rows = byId("files-rows");
    const known = new Map(Array.from(rows.children, (row) => [row.dataset.state, row]));
    rows.replaceChildren(...files.map((file) => known.get(JSON.stringify(file)) ?? fileRow(file)));
    listChoices();
  }
  const isComplete = files.every((file) => file.sha256 !== null);
  filesPause = isComplete ? SOON : Math.min(filesPause * 1.5, FILES_EVERY);
  return isComplete ? FILES_EVERY : filesPause;
}

function fileRow(file) {
  const cell = (kind, ...content) => element("td", { role: "cell", class: kind }, ...content);
  const hash = file.sha256 === null ? "…" : `${file.sha256.slice(0, 12)}…`;
  const links = element(
    "span",
    { class: "links" },
    link("Open", file.open, `Open ${file.filename}`),
    link("Download", file.download, `Download ${file.filename}`),
    link("Metadata", file.metadata, `Metadata of ${file.filename}`),
  );
  const row = element(
    "tr",
    { role: "row" },
    cell("picture", thumbnail(file)),
    cell("name", element("b", {}, file.filename), element("span", { class: "mono" }, file.handle)),
    cell("type", element("span", { title: file.mimetype }, file.mimetype)),
    cell("number size", element("span", { title: `${file.size} bytes` }, size(file.size))),
    cell("hash mono", element("span", { title: file.sha256 ?? "being computed" }, hash)),
    cell("stored", moment(file.created_ms)),
    cell("linked", links),
  );
  row.dataset.state = JSON.stringify(file);
  return row;
}

function thumbnail(file) {
  const extension = /\.([a-z0-9]{1,5})$/i.exec(file.filename)?.[1] ?? file.mimetype.split("/").pop().slice(0, 5);
  const frame = element("div", { class: "thumbnail" });
  if (file.thumbnail === null) {
    frame.textContent = extension.toUpperCase();
    return frame;
  }
  const picture = element("img", { alt: "", loading: "lazy" });
  picture.addEventListener("error", () => frame.replaceChildren(extension.toUpperCase()));
  picture.src = file.thumbnail;
  frame.append(picture);
  return frame;
}

// The form

let picture = null;
let attempt = 0;

function listChoices() {
  const select = byId("try-file");
  const chosen = select.value;
  select.replaceChildren(...files.map((file) => element("option", { value: file.handle }, `${file.filename} (${file.handle})`)));
  select.disabled = files.length === 0;
  byId("try-apply").disabled = files.length === 0;
  if (files.some((file) => file.handle === chosen)) select.value = chosen;
}

async function listTasks() {
  const tasks = await (await ask("/local/tasks")).json();
  const categories = new Map();
  for (const task of tasks) {
    if (!categories.has(task.category)) categories.set(task.category, element("optgroup", { label: task.category.replace("_", " ") }));
    categories.get(task.category).append(element("option", { value: task.example }, task.name));
  }
  byId("try-example").append(...categories.values());
}

// Tasks that need another file are shown with the chosen one.
function addExample() {
  const tasks = byId("try-tasks");
  const before = tasks.value.trim().replace(/\/+$/, "");
  const example = byId("try-example").value.replace("HANDLE", byId("try-file").value);
  tasks.value = before ? `${before}/${example}` : example;
  tasks.focus();
}

// What is typed is a part of a URL already: only what would end its path or cannot stand in one is escaped.
function escapeTasks(tasks) {
  const plain = tasks.trim().replace(/^\/+|\/+$/g, "");
  return plain.replace(/%(?![0-9a-f]{2})|[^\x21-\x7e]|["#<>?\\^`{|}]/giu, (letter) => encodeURIComponent(letter));
}

function transformationUrl(file, tasks) {
  const pieces = [escapeTasks(tasks), file.security, file.handle].filter((piece) => piece);
  return `${location.origin}/${pieces.join("/")}`;
}

async function apply(event) {
  event?.preventDefault();
  const file = files.find((candidate) => candidate.handle === byId("try-file").value);
  const tasks = byId("try-tasks").value;
  if (!file) return;
  history.replaceState(null, "", `?${new URLSearchParams({ file: file.handle, tasks })}`);
  const url = transformationUrl(file, tasks);
  const mine = ++attempt;
  byId("try-result").hidden = false;
  byId("try-url").textContent = url;
  byId("try-url").href = url;
  tell("Waiting…", "");
  present(null);
  const began = performance.now();
  try {
    const reply = await fetch(url, { cache: "no-store" });
    const type = reply.headers.get("content-type") ?? "";
    const content = await reply.blob();
    const took = `${Math.round(performance.now() - began)} ms`;
    const isText = !reply.ok || /^text\/|json|xml/.test(type);
    const text = isText ? await content.slice(0, SHOWN_TEXT).text() : "";
    if (mine !== attempt) return;
    if (!reply.ok) {
      tell(`Refused with ${reply.status} in ${took}:`, "bad");
      present(byId("try-text"), text);
    } else if (type.startsWith("image/")) {
      const image = await showPicture(content, `${file.filename} after ${tasks || "no tasks"}`);
      tell(`${type}, ${image.naturalWidth} × ${image.naturalHeight}, ${size(content.size)} in ${took}`, "good");
      present(byId("try-picture"));
    } else {
      tell(`${type || "No type"}, ${size(content.size)} in ${took}`, "good");
      present(isText ? byId("try-text") : null, text);
    }
  } catch (error) {
    if (mine === attempt) tell(`No result: ${error.message}`, "bad");
  }
}

function tell(text, kind) {
  byId("try-status").textContent = text;
  byId("try-status").className = kind;
}

// Shows the picture, or the text, or neither.
function present(shown, text = "") {
  byId("try-text").textContent = text;
  for (const place of [byId("try-picture"), byId("try-text")]) place.hidden = place !== shown;
}

async function showPicture(content, description) {
  const image = byId("try-image");
  if (picture !== null) URL.revokeObjectURL(picture);
  picture = URL.createObjectURL(content);
  image.alt = description;
  image.src = picture;
  try {
    await image.decode();
  } catch {
    throw new Error("the browser cannot show this kind of picture");
  }
  return image;
}

// Requests

const entries = new Map();
let isPaused = false;

async function refreshRequests() {
  byId("requests-off").hidden = hasControl;
  byId("requests-pause").hidden = !hasControl;
  if (!hasControl || isPaused) return REQUESTS_EVERY;
  const lines = (await (await ask(`/local/requests?since=${latestEnded()}`)).text()).split("\n");
  for (const line of lines.filter((line) => line).slice(-SHOWN_REQUESTS)) show(JSON.parse(line));
  while (entries.size > SHOWN_REQUESTS) {
    const oldest = Math.min(...entries.keys());
    entries.get(oldest).item.remove();
    entries.delete(oldest);
  }
  byId("requests-empty").hidden = entries.size > 0;
  byId("requests-count").textContent = entries.size ? `the latest ${entries.size}, newest first` : "";
  return REQUESTS_EVERY;
}

// The number after which something may have changed: what is under way is asked for again.
function latestEnded() {
  const open = Array.from(entries).filter(([, entry]) => !entry.request.ended);
  return open.length ? Math.min(...open.map(([number]) => number)) - 1 : Math.max(0, ...entries.keys());
}

function show(request) {
  const text = JSON.stringify(request);
  if (entries.get(request.number)?.text === text) return;
  const details = entries.get(request.number)?.details ?? newEntry(request.number);
  const entry = entries.get(request.number);
  Object.assign(entry, { request, text });
  details.querySelector("summary").replaceChildren(...summaryCells(request));
  if (details.open) unfold(entry);
}

function newEntry(number) {
  const details = element("details", {}, element("summary"));
  const item = element("li", {}, details);
  entries.set(number, { details, item });
  details.addEventListener("toggle", () => details.open && unfold(entries.get(number)));
  byId("requests").prepend(item);
  return details;
}

function summaryCells(request) {
  const kind = { 2: "good", 3: "good", 4: "notice", 5: "bad" }[Math.floor((request.status ?? 0) / 100)] ?? "notice";
  const duration = request.duration_ms === null ? "" : `${request.duration_ms.toFixed(request.duration_ms < 10 ? 1 : 0)} ms`;
  return [
    element("span", { class: "method mono" }, request.method),
    element("span", { class: "path mono", title: request.path }, request.path),
    element("span", { class: `status ${kind}` }, request.status === null ? "–" : String(request.status)),
    element("span", { class: "duration number muted" }, duration),
    element("span", { class: "time number muted" }, moment(request.time_ms)),
  ];
}

function unfold(entry) {
  const { request, details } = entry;
  const block = (title, text) => element("div", {}, element("h3", {}, title), element("pre", { tabindex: "0", "aria-label": title }, text));
  const headers = request.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  const facts = [`number ${request.number}`, request.version, `${request.body_size} bytes`];
  if (request.status === null) facts.push(request.ended ? "no reply" : "under way");
  if (request.duration_ms !== null) facts.push(`${request.duration_ms.toFixed(1)} ms`);
  if (request.fault !== null) facts.push(`fault ${request.fault}`);
  const shown = [element("p", { class: "muted" }, facts.join(" · ")), block("Headers", headers)];
  if (request.body_size > 0) {
    const rest = request.body_size > 4096 ? ", the first 4096 bytes" : "";
    if (request.body_text !== null) shown.push(block(`Body${rest}`, request.body_text));
    shown.push(block("SHA-256 of the body", request.body_sha256));
  }
  details.querySelector(".unfolded")?.remove();
  details.append(element("div", { class: "unfolded" }, ...shown));
}

// What was shared as ?file=HANDLE&tasks=CHAIN is applied at once.
async function start() {
  byId("try").addEventListener("submit", apply);
  byId("try-add").addEventListener("click", addExample);
  byId("requests-pause").addEventListener("click", (event) => {
    isPaused = !isPaused;
    event.target.textContent = isPaused ? "Go on" : "Pause";
  });
  await Promise.all([repeat(refreshFiles), listTasks().catch(() => connection(false))]);
  repeat(refreshRequests);
  const asked = new URLSearchParams(location.search);
  byId("try-tasks").value = asked.get("tasks") ?? "";
  const handle = asked.get("file");
  if (handle === null) return;
  if (files.some((file) => file.handle === handle)) {
    byId("try-file").value = handle;
    apply();
  } else {
    byId("try-result").hidden = false;
    tell(`The file ${handle} is not among those above.`, "bad");
  }
}

start();
