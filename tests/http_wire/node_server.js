// A file site and an echo on node's http module, for tests to compare with.
// node node_server.js ROOT PORT
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');

const [root, port] = process.argv.slice(2);
const BODY_MAX = 1 << 20;
const TYPES = {'.html': 'text/html', '.txt': 'text/plain'};

function file(target) {
  let name;
  try {
    name = decodeURIComponent(target.replace(/^https?:\/\/[^/?]*/i, '').split('?')[0]);
  } catch (error) {
    return [400];
  }
  if (!name.startsWith('/') || name.includes('\0')) return [400];
  try {
    const found = fs.realpathSync(path.join(root, name.endsWith('/') ? name + 'index.html' : name));
    if (!found.startsWith(fs.realpathSync(root) + '/')) return [404];
    return [200, fs.readFileSync(found), TYPES[path.extname(found)]];
  } catch (error) {
    return [404];
  }
}

function answer(response, status, body = Buffer.alloc(0), type = undefined) {
  response.statusCode = status;
  response.setHeader('Content-Length', body.length);
  if (type) response.setHeader('Content-Type', type);
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  response.end(body);
}

function echo(request, response) {
  const parts = [];
  let size = 0;
  request.on('data', (part) => {
    size += part.length;
    if (size <= BODY_MAX) parts.push(part);
  });
  request.on('end', () => {
    if (size > BODY_MAX) return answer(response, 413);
    answer(response, 200, Buffer.concat(parts));
  });
}

const server = http.createServer((request, response) => {
  if (/^(http:\/\/[^/]*)?\/echo(\?|$)/i.test(request.url) && request.method === 'POST') {
    if (Number(request.headers['content-length']) > BODY_MAX) {
      response.setHeader('Connection', 'close');
      return answer(response, 413);
    }
    return echo(request, response);
  }
  request.resume();
  if (!['GET', 'HEAD'].includes(request.method)) return answer(response, 405);
  answer(response, ...file(request.url));
});
// As node does by default, but silent when the client stopped sending inside a message: so a message
// that is not over can be told from one that is refused.
server.on('clientError', (error, socket) => {
  // Bytes behind the last message: its answer is on the way, and closes.
  if (error.code === 'HPE_CLOSED_CONNECTION') return;
  if (['ECONNRESET', 'HPE_INVALID_EOF_STATE'].includes(error.code) || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large'
    : error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW' ? '413 Payload Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
});
server.on('connect', (request, socket) => socket.end('HTTP/1.1 405 Method Not Allowed\r\n'
  + 'Allow: GET, HEAD\r\nConnection: close\r\n\r\n'));
server.httpAllowHalfOpen = true;
server.listen(Number(port), '127.0.0.1');
