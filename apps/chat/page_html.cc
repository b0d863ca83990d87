#include "apps/chat/page_html.h"

#include <string>

namespace sluice::chat {
namespace {

// One line of the room is one text message: "name: text", "* name waves", "-- ..." and "!! ..."
// from the room itself. What others wrote is only ever put into text nodes.
constexpr std::string_view kPageHtml = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>sluice-chat</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
  body { margin: 0; height: 100vh; height: 100dvh; display: flex; flex-direction: column;
         font: 16px/1.45 system-ui, sans-serif; }
  header, form { padding: .6em 1em; display: flex; gap: .8em; align-items: baseline; }
  header { border-bottom: 1px solid var(--line); }
  h1 { font-size: 1em; margin: 0; }
  #state { opacity: .7; }
  #log { flex: 1; overflow-y: auto; margin: 0; padding: .6em 1em; list-style: none; }
  #log li { overflow-wrap: anywhere; white-space: pre-wrap; padding: .1em 0; }
  #log b { margin-right: .5em; }
  .room { opacity: .7; font-style: italic; }
  .refused { color: #c33; }
  form { border-top: 1px solid var(--line); }
  input, button { font: inherit; padding: .4em .6em; }
  input { flex: 1; min-width: 0; }
</style>
<header><h1>sluice-chat</h1><span id="state" role="status">connecting</span></header>
<ul id="log" aria-live="polite" aria-label="What is said"></ul>
<form><input id="text" autocomplete="off" maxlength="1000" placeholder="Say something, or /help"
  aria-label="Message" autofocus><button>Send</button></form>
<script>
  const log = document.getElementById('log');
  const state = document.getElementById('state');
  const text = document.getElementById('text');
  const kLinesMax = 1000;
  const kEcho = true;  // what we say comes back; put in by the server
  let socket = null;
  let nick = '';

  function show(line) {
    const item = document.createElement('li');
    const said = /^([^ :]+): (.*)$/s.exec(line);
    if (line.startsWith('-- ') || line.startsWith('!! ')) {
      item.className = line.startsWith('!! ') ? 'refused' : 'room';
      item.textContent = line.slice(3);
    } else if (said) {
      const name = document.createElement('b');
      name.textContent = said[1];
      item.append(name, said[2]);
    } else {
      item.textContent = line;
    }
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 30;
    log.append(item);
    while (log.children.length > kLinesMax) log.firstChild.remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  function connect(delay) {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    socket = new WebSocket(scheme + '://' + location.host + '/ws');
    socket.onopen = () => {
      state.textContent = 'connected';
      if (nick) socket.send('/nick ' + nick);
      delay = 1000;
    };
    socket.onmessage = (event) => show(event.data);
    socket.onclose = () => {
      state.textContent = 'no connection, trying again';
      setTimeout(connect, delay, Math.min(delay * 2, 30000));
    };
  }

  document.querySelector('form').onsubmit = (event) => {
    event.preventDefault();
    if (!text.value || socket.readyState !== WebSocket.OPEN) return;
    const named = /^\s*\/nick\s+(\S+)/.exec(text.value);
    if (named) nick = named[1];
    socket.send(text.value);
    if (!kEcho && !text.value.startsWith('/')) show((nick || 'me') + ': ' + text.value);
    text.value = '';
  };
  connect(1000);
</script>
</html>
)html";

}  // namespace

std::string PageHtml(bool echo) {
  constexpr std::string_view kEchoes = "const kEcho = true";
  std::string page(kPageHtml);
  if (!echo) page.replace(page.find(kEchoes), kEchoes.size(), "const kEcho = false");
  return page;
}

}  // namespace sluice::chat
