// The list of runs: progress bars follow the server's events.
"use strict";

const source = new EventSource("/live");
const known = document.querySelectorAll("[data-run]").length;
source.addEventListener("message", ({ data }) => {
  const states = JSON.parse(data);
  // A run that was added or removed changes the list itself.
  if (states.length !== known) return location.reload();
  for (const { run, done, planned } of states) {
    const row = document.querySelector(`[data-run="${CSS.escape(run)}"]`);
    if (row === null) continue;
    row.querySelector("progress").value = planned === 0 ? 0 : done / planned;
    row.querySelector(".done").textContent = `${done}/${planned}`;
  }
});
