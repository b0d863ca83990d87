#include "apps/httpd/live_page.h"

namespace sluice::httpd {

// Without anything from elsewhere: it has to work where there is no internet.
constexpr std::string_view kLivePageHtml = R"html(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>sluice-httpd, live</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --line: #0a69da; --rule: #8884; --quiet: #6b6b6b; }
  @media (prefers-color-scheme: dark) { :root { --line: #58a6ff; --quiet: #a0a0a0; } }
  body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
  h1 { font-size: 1.4rem; margin: 0; }
  #state { color: var(--quiet); margin: .2rem 0 1.4rem; }
  #state.lost { color: #d93a3a; }
  .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem; }
  .tile { border: 1px solid var(--rule); border-radius: .5rem; padding: .7rem .9rem .5rem; }
  .tile h2 { font-size: .85rem; font-weight: 500; color: var(--quiet); margin: 0; white-space: nowrap; }
  .tile b { font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
  .tile small { color: var(--quiet); float: right; margin-top: .65rem; }
  svg { display: block; width: 100%; height: 2.6rem; margin-top: .3rem; }
  polyline { fill: none; stroke: var(--line); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
  .wide { overflow-x: auto; margin-top: 1.6rem; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--rule); }
  th:first-child, td:first-child { text-align: left; }
  th { font-weight: 500; color: var(--quiet); }
  footer { color: var(--quiet); margin-top: 1.6rem; }
</style>
<h1>sluice-httpd</h1>
<p id="state">connecting ...</p>
<div class="tiles" id="tiles"></div>
<div class="wide"><table>
  <thead><tr><th>loop<th>connections<th>accepted<th>requests<th>2xx<th>3xx<th>4xx<th>5xx<th>refused<th>bytes received<th>bytes sent</tr></thead>
  <tbody id="loops"></tbody>
</table></div>
<footer>The lines are the last minute, each up to its own peak. The same counters for Prometheus: <a href="/metrics">/metrics</a></footer>
<script>
'use strict';
const POINTS = 120;
const sum = (loops, key) => loops.reduce((all, loop) => all + loop[key], 0);
const count = n => n.toLocaleString('en');
function short(n) {
  for (const [unit, name] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']])
    if (n >= unit) return (n / unit).toFixed(n >= 10 * unit ? 1 : 2) + ' ' + name;
  return n >= 10 || n === 0 ? n.toFixed(0) : n.toFixed(1);
}
// Each: title, value now, from this event and the one before it and the seconds between them.
const rate = key => (now, before, s) => (sum(now.loops, key) - sum(before.loops, key)) / s;
const tiles = [
  ['requests a second', rate('requests'), short],
  ['connections', now => sum(now.loops, 'connections'), count],
  ['received, bytes a second', rate('bytes_received'), short],
  ['sent, bytes a second', rate('bytes_sent'), short],
  ['CPU, cores', (now, before, s) => (now.cpu_seconds - before.cpu_seconds) / s, n => n.toFixed(2)],
  ['system calls a request', (now, before) => {
    const requests = sum(now.loops, 'requests') - sum(before.loops, 'requests');
    const calls = sum(now.loops, 'kernel_entries') - sum(before.loops, 'kernel_entries');
    return requests > 0 ? calls / requests : 0;
  }, n => n.toFixed(2)],
  ['resident memory, bytes', now => now.resident_bytes, short],
  ['output pauses a second', rate('output_pauses'), short],
].map(([title, value, format]) => {
  const tile = document.createElement('div');
  tile.className = 'tile';
  tile.innerHTML = '<h2></h2><small></small><b>-</b><svg viewBox="0 0 119 40" preserveAspectRatio="none"><polyline/></svg>';
  tile.querySelector('h2').textContent = title;
  document.getElementById('tiles').append(tile);
  return {value, format, history: [], number: tile.querySelector('b'),
    peak: tile.querySelector('small'), line: tile.querySelector('polyline')};
});
function draw(tile) {
  const peak = Math.max(...tile.history);
  const top = peak || 1;
  tile.peak.textContent = peak > 0 ? 'peak ' + tile.format(peak) : '';
  const first = POINTS - tile.history.length;
  tile.line.setAttribute('points',
      tile.history.map((v, i) => `${first + i},${(39 - 38 * v / top).toFixed(1)}`).join(' '));
}
let before = null, then = 0;
function show(now) {
  const at = performance.now();
  if (before) for (const tile of tiles) {
    const value = Math.max(0, tile.value(now, before, (at - then) / 1000));
    tile.history.push(value);
    if (tile.history.length > POINTS) tile.history.shift();
    tile.number.textContent = tile.format(value);
    draw(tile);
  }
  before = now;
  then = at;
  const rows = now.loops.map((loop, i) => [i, loop.connections, loop.accepts, loop.requests,
      ...loop.answers.slice(1), loop.refusals, loop.bytes_received, loop.bytes_sent]);
  document.getElementById('loops').replaceChildren(...rows.map(cells => {
    const row = document.createElement('tr');
    for (const cell of cells) row.insertCell().textContent = count(cell);
    return row;
  }));
}
const state = document.getElementById('state');
const source = new EventSource('/live/events');
source.onmessage = event => {
  const now = JSON.parse(event.data);
  const loops = now.loops.length;
  state.className = '';
  state.textContent = `live from ${loops} ${loops === 1 ? 'loop' : 'loops'} on ${now.backend}`;
  show(now);
};
source.onerror = () => {
  state.className = 'lost';
  state.textContent = 'no connection to the server: trying again ...';
  before = null;
};
</script>
</html>
)html";

}  // namespace sluice::httpd
