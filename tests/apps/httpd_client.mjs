// Requests of node's fetch to a sluice-httpd with --echo and --writable. Prints how many, as JSON.
//
//   node httpd_client.mjs http://127.0.0.1:8080
import assert from 'node:assert/strict';

const [base] = process.argv.slice(2);
let requests = 0;
function ask(path, options) {
  ++requests;
  return fetch(base + path, options);
}

const home = await ask('/');
assert.equal(home.status, 200);
assert.equal(home.headers.get('content-type').split(';')[0], 'text/html');
assert.equal(await home.text(), '<h1>home</h1>\n');

const body = new Uint8Array(3 << 20).map((_, i) => i * 7);
async function echoes(sent, expected) {
  const answer = await ask('/echo', {method: 'POST', body: sent, duplex: 'half'});
  assert.equal(answer.status, 200);
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(expected)));
}
await echoes('hello', 'hello');
await echoes(body, body);
// Without a length: chunks, each sent when the one before it has left.
async function* pieces() {
  for (let at = 0; at < body.length; at += 100_000) yield body.subarray(at, at + 100_000);
}
await echoes(ReadableStream.from(pieces()), body);

assert.equal((await ask('/note.txt', {method: 'PUT', body: 'one'})).status, 201);
assert.equal(await (await ask('/note.txt')).text(), 'one');
assert.equal((await ask('/note.txt', {method: 'DELETE'})).status, 204);
assert.equal((await ask('/note.txt')).status, 404);
// Followed: 301 to /healthz, which fetch asks for by itself.
const moved = await ask('/status/301');
assert.ok(moved.redirected && moved.url.endsWith('/healthz'));
assert.equal(await moved.text(), 'ok\n');
// Ends a request midway; the others do not mind. The server cannot tell that from the end of what a
// client sends, and goes on to answer.
const gone = new AbortController();
const waiting = ask('/delay/500', {signal: gone.signal});
setTimeout(() => gone.abort(), 20);
await assert.rejects(waiting, {name: 'AbortError'});

const many = await Promise.all(Array.from({length: 100}, (_, i) => ask(`/delay/${i}`)));
for (const answer of many) assert.equal(await answer.text(), 'done\n');
for (const status of [200, 204, 400, 401, 403, 404, 405, 418, 429, 500, 501, 503, 505, 507, 599])
  assert.equal((await ask(`/status/${status}`)).status, status);

const live = await ask('/live/events');
let text = '';
for await (const chunk of live.body) {
  text += Buffer.from(chunk);
  if (text.split('data: ').length > 2) break;
}
const events = [...text.matchAll(/^data: (.*)$/mg)].map(line => JSON.parse(line[1]));
for (const event of events) assert.ok(event.loops.length > 0);
console.log(JSON.stringify({requests, 'live events': events.length}));
