// Loads the figures of a page again while it is looked at. Everything works without it.
"use strict";
const main = document.querySelector("main[data-live]");
const box = document.getElementById("refresh");

// While somebody is in the middle of it, a page stays as it is.
const isInUse = () => document.hidden || main.contains(document.activeElement) && document.activeElement !== main
  || !document.getSelection().isCollapsed;

const refresh = async () => {
  if (!box.checked || isInUse()) {
    return;
  }

  const response = await fetch(location.href, { redirect: "error", signal: AbortSignal.timeout(8000) });
  const page = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("main");
  if (!page || isInUse() || !box.checked) {
    return;
  }

  for (const open of main.querySelectorAll("details[open][id]")) {
    page.querySelector(`#${open.id}`)?.setAttribute("open", "");
  }

  main.replaceChildren(...page.childNodes);
};

// What was just done is said once, not at each reload.
const address = new URL(location.href);
if (address.searchParams.has("done")) {
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
}

if (main && box) {
  box.closest("label").hidden = false;
  box.checked = sessionStorage.getItem("refresh") !== "off";
  box.addEventListener("change", () => sessionStorage.setItem("refresh", box.checked ? "on" : "off"));
  setInterval(() => refresh().catch(() => {}), Number(main.dataset.live) * 1000);
}
